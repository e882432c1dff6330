import { FORMATS } from '../images/formats.js'
import type { ConvertInput } from '../jobs/convert-request.js'
import { artifact } from './artifacts.js'

/** Endings of packages that hold a disk; what they hold is told by the whole ending. */
const PACKAGE_ENDINGS = ['tar.gz', 'tgz', 'oci.tar', 'tar', 'ova', 'oci'] as const

type Made = Pick<ConvertInput, 'format' | 'container' | 'artifact'>

/**
 * Why a result's name misleads: its ending stands for something else than what is made, and programs go by it. Null where it fits, or stands
 * for nothing.
 */
export function endingProblem(output: string, made: Made): string | null {
  const name = output.toLowerCase()
  const said =
    PACKAGE_ENDINGS.find((ending) => name.endsWith(`.${ending}`)) ??
    Object.values(FORMATS)
      .flatMap(({ extensions }) => extensions)
      .find((ending) => name.endsWith(`.${ending}`))
  const fitting = fittingEndings(made)
  if (said === undefined || fitting.length === 0 || fitting.includes(said)) return null
  return `The name ends in .${said}, but what is made is ${FORMATS[made.format].label}${made.container === null ? '' : ' in a package'}: .${fitting[0]} would fit`
}

function fittingEndings({ format, container, artifact: id }: Made): readonly string[] {
  const preset = id === undefined ? null : artifact(id)
  if (preset !== null && (preset.container !== null || container === null)) {
    return preset.container === null ? [preset.extension, ...FORMATS[format].extensions] : alike(preset.extension)
  }
  // A package without a preset is of some platform, which the name cannot be held against.
  return container === null ? FORMATS[format].extensions : []
}

function alike(ending: string): readonly string[] {
  return ending === 'tar.gz' ? ['tar.gz', 'tgz'] : ending === 'oci.tar' ? ['oci.tar', 'tar'] : [ending]
}
