/** Names of files that leave the wall. Pure. */

/** 2026-11-22 12:03:04 in the town. `at`: Unix ms. */
export function stamp(at: number, timezone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at)
  const of = (type: Intl.DateTimeFormatPartTypes): string => parts.find((part) => part.type === type)?.value ?? ''
  return `${of('year')}-${of('month')}-${of('day')} ${of('hour')}:${of('minute')}:${of('second')}`
}

/** Camera and time, with nothing in it that a file system or an archive program minds. */
export function fileName(camera: string, at: number, timezone: string, ending: string): string {
  // Control characters and what Windows forbids; a dot at the front would hide the file.
  const name = camera.replace(/[\\/:*?"<>|\p{Cc}]+/gu, '_').replace(/^\.+/, '').trim().slice(0, 80) || 'camera'
  return `${name}-${stamp(at, timezone).replaceAll(/[-:]/g, '').replace(' ', '-')}.${ending}`
}

/** Hands a file to the browser's downloads. */
export function saveFile(content: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  // The download has its own reference once it has begun.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
