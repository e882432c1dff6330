import { FORMATS, savedFormat } from '#shared/images/formats'
import type { ImageInfo } from '#shared/images/image-info'

/** The subformat that a new image should start from: the source's own where its variant names one, else the default. */
export function sourceSubformat(info: Pick<ImageInfo, 'format' | 'variant'>): string {
  const { subformats } = FORMATS[savedFormat(info.format)]
  const words = info.variant.toLowerCase().split(/[\s,;]+/)
  const own = subformats.find((row) => words.includes(row.id.toLowerCase()))
  return (own ?? subformats[0])?.id ?? ''
}
