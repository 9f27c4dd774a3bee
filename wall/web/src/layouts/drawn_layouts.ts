/** Layouts drawn in this browser, newest first, so that they need not be drawn twice. */
import { isLayout } from '../wall/layout'

const KEY = 'gridwatch.layouts'
const KEPT = 8

export function drawnLayouts(): string[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(value) ? value.filter((code): code is string => isLayout(code)).slice(0, KEPT) : []
  } catch {
    return []
  }
}

export function rememberDrawn(code: string): string[] {
  const kept = [code, ...drawnLayouts().filter((other) => other !== code)].slice(0, KEPT)
  localStorage.setItem(KEY, JSON.stringify(kept))
  return kept
}
