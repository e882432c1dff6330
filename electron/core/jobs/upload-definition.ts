import path from 'node:path'
import { providerForm } from '#shared/clouds/forms'
import { uploadSteps } from '#shared/clouds/preparation'
import { runUpload, type UploadSurroundings, uploadTitle } from '../operations/upload/run-upload.js'
import { uploadFolder } from '../clouds/upload-folders.js'
import type { JobDefinitions } from './job-definition.js'

/** Uploads: the source is only read; the journal of an upload belongs to one job at a time. */
export function uploadDefinition(around: UploadSurroundings): Pick<JobDefinitions, 'upload-image'> {
  return {
    'upload-image': {
      title: uploadTitle,
      steps: (input) => uploadSteps(providerForm(input.provider), input),
      locks: ({ facts, upload }) => ({
        reads: path.isAbsolute(facts.path) ? [facts.path] : [],
        writes: [uploadFolder(around.dirs, upload)],
      }),
      run: (input, context) => runUpload(context, input, around),
    },
  }
}
