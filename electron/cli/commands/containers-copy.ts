import type { Core } from '#core/core-api'
import type { Access } from '#shared/containers/container-requests'
import type { JobInputDraft } from '#shared/jobs/job-requests'
import { type Command, type CommandInput, type OptionTable, UsageError } from '../command.js'
import { accessOf, ACCESS_OPTIONS } from '../access-options.js'
import { EXIT } from '../exit-codes.js'
import { containerLines } from '../container-lines.js'
import { followJob } from '../follow-job.js'
import { imagePlatformOf } from '../image-platform.js'
import { meantReference } from '../meant-reference.js'
import { askPassphrase, SIGN_OPTIONS, signatureOf } from '../sign-options.js'

export const copyContainerCommand: Command = {
  name: 'containers copy',
  summary: 'Copy a container image between registries, archives, folders and podman (skopeo copy)',
  positionals: 'SRC DST',
  counts: { min: 2, max: 2 },
  options: {
    all: { type: 'boolean', help: 'All images of an index (default: that of this machine)' },
    arch: { type: 'string', value: 'ARCH', help: 'The image of this architecture, as Go calls it: amd64, arm64, arm/v7 …' },
    'keep-digests': { type: 'boolean', help: 'Fail rather than change the manifest to a form that DST takes' },
    replace: { type: 'boolean', help: 'Replace an archive or folder that is there' },
    ...SIGN_OPTIONS,
    ...sides(),
  },
  examples: [
    'diskwright containers copy registry.example/team/boot:v1 oci-archive:boot.tar:v1',
    'diskwright containers copy --all oci-archive:boot.tar registry.example/team/boot:v1',
  ],
  async run(input, context) {
    const request = await requestOf(input, context.core)
    await askPassphrase(request.sign, context)
    const { job, output } = await followJob(context, { kind: 'copy-container', input: request })
    context.print.result(job)
    for (const line of containerLines(output)) context.print.line(line)
    return EXIT.ok
  },
}

async function requestOf(input: CommandInput, core: Core): Promise<JobInputDraft<'copy-container'>> {
  const [source = '', destination = ''] = input.positionals
  const [platform, sign] = [imagePlatformOf(input), signatureOf(input)]
  if (platform !== undefined && input.flag('all')) throw new UsageError('--all and --arch do not go together')
  return {
    source: await meantReference(source, core),
    destination,
    all: input.flag('all'),
    keepDigests: input.flag('keep-digests'),
    replace: input.flag('replace'),
    from: sideOf(input, 'src'),
    to: sideOf(input, 'dest'),
    ...(platform === undefined ? {} : { platform }),
    ...(sign === undefined ? {} : { sign }),
  }
}

/** The options of access, once for each side, with skopeo's names. */
function sides(): OptionTable {
  const rows = Object.entries(ACCESS_OPTIONS)
  const side = (name: string, where: string) =>
    rows.map(([option, row]) => [`${name}-${option}`, { ...row, help: `${where}: ${row.help}` }] as const)
  return Object.fromEntries([...side('src', 'SRC'), ...side('dest', 'DST')])
}

function sideOf(input: CommandInput, side: 'src' | 'dest'): Access {
  return accessOf({ ...input, text: (name) => input.text(`${side}-${name}`) })
}
