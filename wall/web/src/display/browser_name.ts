/** A browser as people call it, from its user agent; the beginning of that where it is not known. */
export function browserName(agent: string): string {
  const systems: [RegExp, string][] = [
    [/Android/, 'Android'],
    [/Windows/, 'Windows'],
    [/iPad|iPhone/, 'iOS'],
    [/Mac OS X/, 'macOS'],
    [/Tizen/, 'Tizen'],
    [/Web0S|webOS/, 'webOS'],
    [/Linux/, 'Linux'],
  ]
  const browsers: [RegExp, string][] = [
    [/Edg\/(\d+)/, 'Edge'],
    [/Firefox\/(\d+)/, 'Firefox'],
    [/Chrom(?:e|ium)\/(\d+)/, 'Chromium'],
    [/Version\/(\d+).*Safari/, 'Safari'],
  ]
  const system = systems.find(([pattern]) => pattern.test(agent))?.[1]
  for (const [pattern, name] of browsers) {
    const version = pattern.exec(agent)?.[1]
    if (version) return [`${name} ${version}`, system].filter(Boolean).join(', ')
  }
  return agent.slice(0, 40) || '?'
}
