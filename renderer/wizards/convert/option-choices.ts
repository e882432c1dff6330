import type { DiskFormat } from '#shared/images/formats'
import { FORMAT_OPTIONS } from '#shared/images/format-options'

/** Options by name; one that is left as usual is not there. */
export type OptionChoices = Readonly<Record<string, string>>

/** What is given to qemu-img: choices of another subformat stay in the form, but are not among them. */
export function optionTexts(format: DiskFormat, subformat: string, choices: OptionChoices): string[] {
  return FORMAT_OPTIONS[format].flatMap(({ name, subformats }) => {
    const value = choices[name]
    return value === undefined || subformats?.includes(subformat) === false ? [] : [`${name}=${value}`]
  })
}
