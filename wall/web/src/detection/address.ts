/** The pages of detection and their addresses. Pure. */
export const DETECTION_SECTIONS = ['review', 'rules', 'causes'] as const
export type DetectionSection = (typeof DETECTION_SECTIONS)[number]

const ROOT = '/detection'

export function isDetectionAddress(path: string): boolean {
  return path === ROOT || path.startsWith(`${ROOT}/`)
}

export function detectionSectionOf(path: string): DetectionSection {
  return DETECTION_SECTIONS.find((one) => path === `${ROOT}/${one}`) ?? 'rules'
}

export function detectionAddressOf(section: DetectionSection): string {
  return section === 'rules' ? ROOT : `${ROOT}/${section}`
}

export function causePicture(id: string, lastAt: number | null): string {
  return `/api/v1/detection/causes/${encodeURIComponent(id)}/picture.jpg?at=${lastAt ?? 0}`
}
