import { s3Form } from '#shared/clouds/forms/s3-form'
import type { CloudProvider } from '../cloud-provider.js'
import { accountsOfS3 } from './s3-accounts.js'
import { cleanUpS3 } from './s3-clean-up.js'
import { executeS3 } from './s3-execute.js'
import { choicesOfS3, preflightS3 } from './s3-preflight.js'
import { shareLink } from './share-link.js'

/** S3 and compatible. */
export const s3Provider: CloudProvider = {
  form: s3Form,
  accounts: accountsOfS3,
  choices: choicesOfS3,
  preflight: preflightS3,
  shareLink,
  execute: executeS3,
  cleanUp: cleanUpS3,
}
