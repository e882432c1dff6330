import path from 'node:path'
import type { FieldValues } from '#shared/clouds/field'
import { providerForm } from '#shared/clouds/forms'
import { fileOfRegistryForm } from '#shared/clouds/forms/registry-reference'
import { uploadSteps } from '#shared/clouds/preparation'
import type { JobInput } from '#shared/jobs/job-requests'
import { runUpload, type UploadSurroundings, uploadTitle } from '../operations/upload/run-upload.js'
import { uploadFolder } from '../clouds/upload-folders.js'
import type { JobDefinitions } from './job-definition.js'

/** Uploads: the source is only read; the journal of an upload belongs to one job at a time. */
export function uploadDefinition(around: UploadSurroundings): Pick<JobDefinitions, 'upload-image'> {
  return {
    'upload-image': {
      title: uploadTitle,
      steps: (input) => uploadSteps(providerForm(input.provider), input),
      locks: ({ facts, upload, provider, values }) => ({
        reads: path.isAbsolute(facts.path) ? [facts.path] : [],
        writes: [uploadFolder(around.dirs, upload), ...filesMade(provider, values)],
      }),
      run: (input, context) => runUpload(context, input, around),
    },
  }
}

/** An archive or folder on this machine is a destination, too. */
function filesMade(provider: JobInput<'upload-image'>['provider'], values: FieldValues): string[] {
  const file = provider === 'registry' ? fileOfRegistryForm(values) : null
  return file === null ? [] : [file]
}
