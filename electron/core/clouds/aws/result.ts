import type { FieldValues } from '#shared/clouds/field'
import { textOf } from '#shared/clouds/read-values'
import type { UploadResult } from '#shared/clouds/upload-plan'
import { shellLine } from '#shared/text/shell-quote'
import type { MadeImage } from './register-image.js'

/** What was made and how to launch it; `temporary` is filled in by who knows. */
export function awsResult(
  values: FieldValues,
  images: readonly MadeImage[],
  snapshot: string,
  bytes: Pick<UploadResult, 'sentBytes' | 'skippedBytes' | 'temporary' | 'verified'>,
): UploadResult {
  const name = textOf(values, 'name')
  const region = images[0]?.region ?? textOf(values, 'region')
  return {
    ...bytes,
    resources: [
      ...images.map((image) => ({
        kind: 'image',
        id: image.id,
        name: `${name} in ${image.region}`,
        url: consoleUrl(image.region, `ImageDetails:imageId=${image.id}`),
      })),
      { kind: 'snapshot', id: snapshot, name: `${name} in ${region}`, url: consoleUrl(region, `SnapshotDetails:snapshotId=${snapshot}`) },
    ],
    next: images.flatMap((image) => [
      { title: `Launch an instance in ${image.region}`, command: launchCommand(values, image), url: null },
      {
        title: `Launch it in the console (${image.region})`,
        command: null,
        url: consoleUrl(image.region, `LaunchInstances:ami=${image.id}`),
      },
    ]),
  }
}

function launchCommand(values: FieldValues, { region, id }: MadeImage): string {
  const profile = textOf(values, 'profile')
  const type = textOf(values, 'architecture') === 'arm64' ? 't4g.small' : 't3.small'
  const words = ['ec2', 'run-instances', '--image-id', id, '--instance-type', type, '--key-name', 'KEY']
  return shellLine(['aws', ...(profile === '' ? [] : ['--profile', profile]), '--region', region, ...words])
}

/** China and GovCloud have consoles of their own. */
export function consoleUrl(region: string, page: string): string {
  if (region.startsWith('cn-')) return `https://${region}.console.amazonaws.cn/ec2/home?region=${region}#${page}`
  if (region.startsWith('us-gov-')) return `https://console.amazonaws-us-gov.com/ec2/home?region=${region}#${page}`
  return `https://${region}.console.aws.amazon.com/ec2/home?region=${region}#${page}`
}
