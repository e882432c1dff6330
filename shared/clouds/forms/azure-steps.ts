import type { FieldValues } from '../field.js'
import { flagOf, textOf } from '../read-values.js'
import type { UploadStep } from '../upload-plan.js'
import { azureTarget, azureWay } from './azure-fields.js'

/** What an upload to Azure does, in order. */
export function azureSteps(values: FieldValues): readonly UploadStep[] {
  const [target, way, name] = [azureTarget(values), azureWay(values), textOf(values, 'name')]
  const isBlob = way === 'blob'
  const place = isBlob ? `blob ${name}.vhd in ${textOf(values, 'account')}` : `disk ${name}`
  const staysBlob = isBlob && flagOf(values, 'keepBlob')
  const staysDisk = !isBlob && (target === 'disk' || flagOf(values, 'keepDisk'))
  const tidies = isBlob ? !staysBlob : !staysDisk
  return [
    {
      id: 'prepare',
      title: `Make an empty ${isBlob ? 'page blob' : 'disk'}`,
      kind: 'remote',
      weight: 2,
      creates: staysBlob || staysDisk ? [place] : [],
    },
    { id: 'pages', title: 'Write the pages that hold data', kind: 'transfer', weight: 80, creates: [] },
    { id: 'finish', title: isBlob ? 'Check the blob' : 'Close the disk for writing', kind: 'remote', weight: 1, creates: [] },
    ...makeSteps(values),
    ...(tidies
      ? [{ id: 'tidy', title: `Delete the ${isBlob ? 'blob' : 'disk'} on the way`, kind: 'cleanup' as const, weight: 1, creates: [] }]
      : []),
  ]
}

function makeSteps(values: FieldValues): readonly UploadStep[] {
  const [target, name] = [azureTarget(values), textOf(values, 'name')]
  if (target === 'image') return [{ id: 'image', title: 'Make the image', kind: 'wait', weight: 10, creates: [`managed image ${name}`] }]
  if (target === 'disk') {
    if (azureWay(values) === 'disk') return []
    return [{ id: 'disk', title: 'Make the disk', kind: 'wait', weight: 10, creates: [`disk ${name}`] }]
  }
  const [gallery, definition, version] = ['gallery', 'definition', 'version'].map((id) => textOf(values, id))
  return [
    ...(flagOf(values, 'create')
      ? [{ id: 'definition', title: `Find or make ${gallery}/${definition}`, kind: 'remote' as const, weight: 2, creates: [] }]
      : []),
    {
      id: 'version',
      title: `Make version ${version}`,
      kind: 'wait',
      weight: 15,
      creates: [`version ${version} of ${gallery}/${definition}`],
    },
  ]
}
