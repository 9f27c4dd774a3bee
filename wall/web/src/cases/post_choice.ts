/** Which posts are offered for a case, and in what order. */
import type { CaseWithTrace, Post } from '../api/types'

/** Those of the case's own platform first, then those of all, then the others; the town before the district. */
export function fittingPosts(posts: readonly Post[], platform: string | null): Post[] {
  const rank = (post: Post): number => (post.tier === 'district' ? 4 : 0) + (post.platform === platform ? 0 : post.platform === null ? 1 : 2)
  return [...posts].sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1))
}

/** Posts that may be asked to join: not the one that leads, and none that is at its part already. */
export function postsToAsk(detail: Pick<CaseWithTrace, 'post' | 'parts'>, posts: readonly Post[]): Set<string> {
  const busy = new Set((detail.parts ?? []).filter(({ state }) => state === 'asked' || state === 'accepted').map(({ post }) => post))
  return new Set(posts.map(({ id }) => id).filter((id) => id !== detail.post && !busy.has(id)))
}
