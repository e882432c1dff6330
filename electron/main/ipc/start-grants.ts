import { AppError } from '#shared/errors/app-error'
import type { JobRequest } from '#shared/jobs/job-requests'
import { confirmSend, confirmSignIn, confirmWrite, type DialogParent } from '../host/dialogs.js'
import type { AddressGrants } from './address-grants.js'
import type { InputGrants } from './input-grants.js'
import { namedFilesOf } from './named-files.js'
import type { OutputGrants } from './output-grants.js'
import type { SourceGrants } from './source-grants.js'
import { assertOwnSecrets, fileOfUpload } from './upload-values.js'

interface Grants {
  readonly inputs: InputGrants
  readonly outputs: OutputGrants
  readonly sources: SourceGrants
  readonly addresses: AddressGrants
}

/** What a job of the window may read, write and send: all of it was chosen by the user, or the user is asked in a dialog of the main process. */
export class StartGrants {
  constructor(
    private readonly grants: Grants,
    private readonly parent: DialogParent,
  ) {}

  /** Throws `output-not-granted`, `input-not-granted`, `bad-input`, `cancelled`. */
  async requireMayStart(requests: readonly JobRequest[]): Promise<void> {
    for (const request of requests) await this.agreeToWrite(request)
    for (const request of requests) this.assertMayStart(request)
    await this.requireMaySend(requests)
  }

  /** A form has no save dialog: the user is asked when it starts to write. */
  private async agreeToWrite(request: JobRequest): Promise<void> {
    const { outputs } = this.grants
    const output = request.kind === 'upload-image' ? fileOfUpload(request.input) : null
    if (output === null || outputs.isGranted(request)) return
    if (!(await confirmWrite(this.parent, output))) throw new AppError('cancelled')
    outputs.grantChosen(output.file, output.replace)
  }

  private assertMayStart(request: JobRequest): void {
    const { inputs, outputs } = this.grants
    outputs.assertGranted(request)
    if ('edits' in request.input) inputs.assertEdits(request.input.edits)
    inputs.assertGranted(namedFilesOf(request))
    if (request.kind === 'upload-image') assertOwnSecrets(request.input)
  }

  private async requireMaySend(requests: readonly JobRequest[]): Promise<void> {
    const { sources, addresses } = this.grants
    for (const { kind, input } of requests)
      if (kind === 'upload-image') await addresses.require(input, (asked) => confirmSignIn(this.parent, asked))
    for (const request of requests) await sources.requireMaySend(request, (sending) => confirmSend(this.parent, sending))
    for (const request of requests) sources.noteStart(request)
  }
}
