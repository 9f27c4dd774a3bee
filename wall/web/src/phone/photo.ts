const LONGEST_SIDE = 1600
const QUALITY = 0.82

/** A JPEG of at most 1600 pixels a side, upright, with nothing of what the camera wrote beside the picture (EXIF: place,
 * device). Rejects where it is no picture. */
export async function shrink(file: Blob): Promise<Blob> {
  const picture = await createImageBitmap(file, { imageOrientation: 'from-image' })
  try {
    const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height))
    const canvas = document.createElement('canvas')
    canvas.width = Math.max(1, Math.round(picture.width * scale))
    canvas.height = Math.max(1, Math.round(picture.height * scale))
    const context = canvas.getContext('2d')
    if (!context) throw new Error('no canvas')
    context.drawImage(picture, 0, 0, canvas.width, canvas.height)
    return await new Promise((resolve, reject) =>
      canvas.toBlob((made) => (made ? resolve(made) : reject(new Error('not encoded'))), 'image/jpeg', QUALITY),
    )
  } finally {
    picture.close()
  }
}
