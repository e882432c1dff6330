import { optionWords } from '#shared/clouds/forms/option-words'
import { flagOf } from '#shared/clouds/read-values'
import type { Remote, UploadResult } from '#shared/clouds/upload-plan'
import { shellLine } from '#shared/text/shell-quote'
import type { GcpImage } from './gcp-image.js'
import type { GcpJob } from './gcp-job.js'
import type { SentObject } from './gcp-upload.js'

export interface GcpOutcome {
  readonly job: GcpJob
  readonly image: GcpImage
  readonly sent: SentObject
  readonly left: readonly Remote[]
}

/** What exists now, and how a machine is made of it. */
export function gcpResult({ job, image, sent, left }: GcpOutcome): UploadResult {
  const { run, place, project, name } = job
  const console = 'https://console.cloud.google.com'
  const url = `${console}/compute/imagesDetail/projects/${project}/global/images/${name}?project=${project}`
  const objectUrl = `${console}/storage/browser/_details/${place.bucket}/${place.object}?project=${project}`
  const object = { kind: 'object', id: place.object, name: `gs://${place.bucket}/${place.object}`, url: objectUrl }
  const isArm = run.facts.architecture === 'aarch64'
  const launch = optionWords({
    project,
    zone: 'ZONE',
    image: name,
    'image-project': project,
    'machine-type': isArm ? 'c4a-standard-1' : 'e2-medium',
  })
  return {
    resources: [{ kind: 'image', id: image.selfLink, name, url }, ...(flagOf(run.values, 'keepObject') ? [object] : [])],
    verified: sent.verified,
    next: [
      { title: 'Open it in the console', command: null, url },
      { title: 'Launch a machine', command: shellLine(['gcloud', 'compute', 'instances', 'create', 'VM', ...launch]), url: null },
    ],
    temporary: [...left],
    sentBytes: sent.sentBytes,
    skippedBytes: 0,
  }
}
