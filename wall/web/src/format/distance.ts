/** Metres for people: 85 m, 340 m, 1.2 km. */
export function distance(metres: number): string {
  if (metres < 100) return `${Math.round(metres)} m`
  if (metres < 995) return `${Math.round(metres / 10) * 10} m`
  return `${(metres / 1000).toFixed(metres < 9950 ? 1 : 0)} km`
}
