/** Any rate to 8 kHz. */
export class Resampler {
  constructor(rate: number)
  /** The output samples that are complete by now. */
  take(input: Float32Array): number[]
}
