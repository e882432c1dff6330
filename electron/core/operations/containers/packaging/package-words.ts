import { formatBytes } from '#shared/text/bytes'
import { shellLine } from '#shared/text/shell-quote'
import { shortReference } from '#shared/containers/reference'
import { QEMU_USER } from '#shared/containers/package'
import { type Destination, nameOf } from './destination.js'
import type { PackagePlan } from './prepare-package.js'

/** What was made, in lines that stay true; those that can be copied stand last. */
export function packageProofs(
  plan: PackagePlan,
  made: { readonly digest: string; readonly sent: string | null; readonly signed: string | null },
): string[] {
  const { input, destination, diskPath, platform } = plan
  const held =
    input.layout === 'artifact'
      ? `Artifact with one blob: the disk itself, ${diskPath}`
      : `Image with one layer: ${diskPath}, owned by ${QEMU_USER.uid}:${QEMU_USER.gid}, readable alone; its bytes are those of the source`
  return [
    `${held}; linux/${platform.architecture}`,
    ...plan.notes,
    ...(made.sent === null ? [] : [made.sent]),
    `Read back: ${nameOf(destination)} leads to ${made.digest}`,
    ...(made.signed === null ? [] : [made.signed]),
    ...linesToUse(plan, made.digest),
  ]
}

/** How others take it. */
function linesToUse({ input, destination, platform }: PackagePlan, digest: string): string[] {
  const { kind, reference } = destination
  const name = kind === 'registry' ? shortReference(reference) : nameOf(destination)
  const isPlain = kind === 'registry' && input.access.plainHttp === true
  const lines =
    input.layout === 'artifact'
      ? [shellLine(['oras', 'pull', ...(isPlain ? ['--plain-http'] : []), name])]
      : [shellLine(['podman', 'pull', ...(isPlain ? ['--tls-verify=false'] : []), '--arch', platform.architecture, name])]
  if (kind === 'storage') return []
  if (kind === 'files') return input.layout === 'artifact' ? [] : [`Take it with: ${lines[0]}`]
  const pinned = `${shortReference({ ...reference, tag: null })}@${digest}`
  const kubevirt = `KubeVirt: spec.template.spec.volumes: [{ name: disk, containerDisk: { image: ${pinned} } }]`
  return [`Take it with: ${lines[0]}`, ...(input.layout === 'containerdisk' ? [kubevirt] : [])]
}

/** The steps in their order. */
export function packageSteps({ input, destination, layerBytes }: PackagePlan): string[] {
  const name = nameOf(destination)
  const compressed =
    input.compression === 'none' ? [] : [`Compress the layer with ${input.compression} into a file beside, which goes away again`]
  const index = input.addToIndex ? [`Put the image into the index of ${name}, in place of one of the same platform`] : []
  const signing = input.sign === undefined ? [] : [`Sign it with ${input.sign.kind === 'gpg' ? 'GnuPG' : 'a key of sigstore'}`]
  return [
    `Compute the digest of the layer (${formatBytes(layerBytes)})`,
    ...compressed,
    ...sendSteps(destination, name),
    ...index,
    'Read back what was written, and compare its digest',
    ...signing,
  ]
}

function sendSteps({ kind, isFolder = false }: Destination & { readonly isFolder?: boolean }, name: string): string[] {
  if (kind === 'registry') return [`Send what ${name} has not yet, in pieces; the tag comes last`]
  if (kind === 'storage') return ['Write an archive beside, which goes away again', `Load it as ${name}`]
  return [`Write the ${isFolder ? 'folder' : 'archive'} under another name, then give it its own`]
}

/** What does about the same by hand; none where nothing but Diskwright does it. */
export function packageCommands({ input, destination, diskPath, platform }: PackagePlan): string[] {
  const name = nameOf(destination)
  const isPlain = destination.kind === 'registry' && input.access.plainHttp === true
  if (input.layout === 'artifact')
    return [shellLine(['oras', 'push', ...(isPlain ? ['--plain-http'] : []), shortReference(destination.reference), input.source])]
  const copy = `COPY --chown=${QEMU_USER.uid}:${QEMU_USER.gid} --chmod=0440 ${JSON.stringify([input.source.split('/').at(-1), diskPath])}`
  const built = 'localhost/disk:latest'
  const folder = input.source.split('/').slice(0, -1).join('/') || '/'
  const build = ['buildah', 'build', '--arch', platform.architecture, '--layers=false', '-t', built, '-f', '-', folder]
  // On one line, as commands are shown.
  return [
    `${shellLine(['printf', '%s\\n', 'FROM scratch', copy])} | ${shellLine(build)}`,
    shellLine(['skopeo', 'copy', ...(isPlain ? ['--dest-tls-verify=false'] : []), `containers-storage:${built}`, name]),
  ]
}
