import { type CommandInput, type OptionTable, UsageError } from './command.js'

/** Which image of an index. */
export const IMAGE_PLATFORM_OPTIONS: OptionTable = {
  arch: {
    type: 'string',
    value: 'ARCH',
    help: 'Architecture as Go calls it, also with a variant: amd64, arm64, arm/v7 (default: of this machine, or the only one)',
  },
}

/** What `--arch` says; undefined without it. Throws `UsageError`. */
export function imagePlatformOf(input: CommandInput): { architecture: string; variant?: string } | undefined {
  const text = input.text('arch')
  if (text === undefined) return undefined
  const [architecture = '', variant, ...more] = text.split('/')
  if (architecture === '' || variant === '' || more.length > 0) throw new UsageError(`--arch wants ARCH or ARCH/VARIANT, not ${text}`)
  return { architecture, ...(variant === undefined ? {} : { variant }) }
}
