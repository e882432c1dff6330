import {
  CopyImageCommand,
  DescribeImagesCommand,
  type Image,
  ModifyImageAttributeCommand,
  ModifySnapshotAttributeCommand,
  RegisterImageCommand,
  type RegisterImageCommandInput,
} from '@aws-sdk/client-ec2'
import { volumeGib } from '#shared/clouds/forms/aws-fields'
import type { FieldValues } from '#shared/clouds/field'
import { flagOf, listOf, numberOf, textOf } from '#shared/clouds/read-values'
import type { SourceFacts } from '#shared/clouds/source-facts'
import { AppError } from '#shared/errors/app-error'
import type { UploadProgress } from '../cloud-provider.js'
import { pollUntil } from '../transfer/poll-until.js'
import { tagAll, UPLOAD_TAG } from './own-tags.js'
import type { SnapshotWork } from './snapshot-blocks.js'

const EC2 = 'Amazon EC2'
const HOUR_MS = 60 * 60_000

export interface MadeImage {
  readonly region: string
  readonly id: string
}

/** What is registered, by the values of the form. */
export function registration(values: FieldValues, facts: SourceFacts, snapshot: string, token: string): RegisterImageCommandInput {
  const description = textOf(values, 'description')
  const device = textOf(values, 'rootDevice')
  return {
    Name: textOf(values, 'name'),
    ...(description === '' ? {} : { Description: description }),
    Architecture: textOf(values, 'architecture') === 'arm64' ? 'arm64' : 'x86_64',
    VirtualizationType: 'hvm',
    BootMode: bootModeOf(values),
    EnaSupport: flagOf(values, 'ena'),
    ...(flagOf(values, 'imdsv2') ? { ImdsSupport: 'v2.0' } : {}),
    ...(flagOf(values, 'tpm') ? { TpmSupport: 'v2.0' } : {}),
    RootDeviceName: device,
    BlockDeviceMappings: [
      {
        DeviceName: device,
        Ebs: {
          SnapshotId: snapshot,
          VolumeSize: numberOf(values, 'volumeSize') ?? volumeGib(facts),
          VolumeType: textOf(values, 'volumeType') === 'gp2' ? 'gp2' : 'gp3',
          DeleteOnTermination: true,
        },
      },
    ],
    TagSpecifications: tagAll(['image'], values, token),
  }
}

function bootModeOf(values: FieldValues): 'uefi' | 'legacy-bios' | 'uefi-preferred' {
  const mode = textOf(values, 'bootMode')
  return mode === 'uefi' || mode === 'legacy-bios' ? mode : 'uefi-preferred'
}

/** Registers the image, or finds the one that was registered before a break. */
export async function registerImage(work: SnapshotWork, snapshot: string): Promise<MadeImage> {
  const { run, session, ask, token } = work
  const { region } = session
  const id = await makeOnce(work, region, async () => {
    const input = registration(run.values, run.facts, snapshot, token)
    const question = { service: EC2, what: `An image named ${textOf(run.values, 'name')}`, field: 'name' }
    const { ImageId } = await ask(question, () => session.ec2().send(new RegisterImageCommand(input), { abortSignal: run.signal }))
    return ImageId
  })
  await waitAvailable(work, { region, id }, () => {})
  return { region, id }
}

/** Copies it to further regions, all at once, and waits for them. */
export async function copyImages(work: SnapshotWork, image: MadeImage, progress: UploadProgress): Promise<readonly MadeImage[]> {
  const { run, session, ask, token } = work
  const regions = listOf(run.values, 'copyTo')
  const copies: MadeImage[] = []
  for (const region of regions) {
    const id = await makeOnce(work, region, async () => {
      const question = { service: EC2, what: `copy images to ${region}`, field: 'copyTo' }
      const description = textOf(run.values, 'description')
      const command = new CopyImageCommand({
        Name: textOf(run.values, 'name'),
        ...(description === '' ? {} : { Description: description }),
        SourceImageId: image.id,
        SourceRegion: image.region,
        ClientToken: `${token}-${region}`,
        TagSpecifications: tagAll(['image', 'snapshot'], run.values, token),
      })
      return (await ask(question, () => session.ec2(region).send(command, { abortSignal: run.signal }))).ImageId
    })
    copies.push({ region, id })
  }
  let ready = 0
  await Promise.all(copies.map((copy) => waitAvailable(work, copy, () => progress.fraction(++ready / copies.length))))
  return copies
}

/** Lets other accounts launch the images, and read the snapshots they are made of. */
export async function shareImages({ run, session, ask }: SnapshotWork, images: readonly MadeImage[]): Promise<void> {
  const Add = listOf(run.values, 'shareWith').map((UserId) => ({ UserId }))
  const question = { service: EC2, what: 'share images', field: 'shareWith' }
  for (const { region, id } of images) {
    const ec2 = session.ec2(region)
    const image = await ask(question, () => describe(ec2, { ImageIds: [id] }, run.signal))
    await ask(question, () =>
      ec2.send(new ModifyImageAttributeCommand({ ImageId: id, LaunchPermission: { Add } }), { abortSignal: run.signal }),
    )
    for (const snapshot of snapshotsOf(image)) {
      const command = new ModifySnapshotAttributeCommand({ SnapshotId: snapshot, CreateVolumePermission: { Add } })
      await ask(question, () => ec2.send(command, { abortSignal: run.signal }))
    }
  }
}

export function snapshotsOf(image: Image | undefined): string[] {
  return (image?.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => (Ebs?.SnapshotId === undefined ? [] : [Ebs.SnapshotId]))
}

type Ec2 = ReturnType<SnapshotWork['session']['ec2']>

async function describe(ec2: Ec2, which: { ImageIds: string[] }, signal: AbortSignal): Promise<Image | undefined> {
  return (await ec2.send(new DescribeImagesCommand(which), { abortSignal: signal })).Images?.[0]
}

/** The image of this upload in a region, found by its tag. */
export async function findTagged(ec2: Ec2, token: string, signal: AbortSignal | undefined): Promise<Image | undefined> {
  const command = new DescribeImagesCommand({ Owners: ['self'], Filters: [{ Name: `tag:${UPLOAD_TAG}`, Values: [token] }] })
  return (await ec2.send(command, signal ? { abortSignal: signal } : {})).Images?.[0]
}

async function makeOnce(
  { run, session, ask, token }: SnapshotWork,
  region: string,
  make: () => Promise<string | undefined>,
): Promise<string> {
  const key = `image ${region}`
  const known = run.journal.get<string>(key)
  if (known !== undefined) return known
  const name = textOf(run.values, 'name')
  const intent = {
    kind: 'image',
    id: `${region}/upload ${token}`,
    label: `image ${name} in ${region}`,
    keepOnSuccess: true,
    facts: { region, token },
  }
  const wasBegun = run.journal.get<boolean>(`${key} begun`) === true
  const before = wasBegun
    ? await ask({ service: EC2, what: 'look at images' }, () => findTagged(session.ec2(region), token, run.signal))
    : undefined
  await run.journal.created(intent)
  await run.journal.put(`${key} begun`, true)
  const id = before?.ImageId ?? (await make())
  if (id === undefined) throw new AppError('cloud-failed', { details: { service: EC2, reason: 'It named no image' } })
  await run.journal.created({ ...intent, id: `${region}/${id}`, label: `image ${name} (${id}) in ${region}`, facts: { region, image: id } })
  await run.journal.forget('image', intent.id)
  await run.journal.put(key, id)
  return id
}

async function waitAvailable({ run, session, ask }: SnapshotWork, { region, id }: MadeImage, onReady: () => void): Promise<void> {
  const look = async (): Promise<true | null> => {
    const image = await ask({ service: EC2, what: 'look at images' }, () =>
      describe(session.ec2(region), { ImageIds: [id] }, run.signal),
    ).catch((thrown: unknown) => {
      // It may not be known everywhere yet.
      if (thrown instanceof AppError && thrown.code === 'cloud-not-found') return undefined
      throw thrown
    })
    if (image?.State === 'available') return true
    if (image?.State === undefined || image.State === 'pending' || image.State === 'transient') return null
    const reason = image.StateReason?.Message ?? `The image became ${image.State}`
    throw new AppError('upload-incomplete', { details: { service: EC2, reason } })
  }
  await pollUntil(look, {
    signal: run.signal,
    pausePoint: () => run.pausePoint(),
    firstMs: 200,
    maxMs: 15_000,
    timeoutMs: 12 * HOUR_MS,
    what: `The image ${id} in ${region}`,
    service: EC2,
  })
  onReady()
}
