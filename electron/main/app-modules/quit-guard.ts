import { app } from 'electron'
import { ENDED_STATES } from '#shared/jobs/job-states'
import type { Core } from '#core/core-api'
import type { Logger } from '#core/log/logger'
import { confirmForgetEdits, confirmStopJobs, type DialogParent } from '../host/dialogs.js'
import type { StagedImages } from '../host/staged-images.js'
import { letWindowClose } from './window.js'

type Phase = 'open' | 'asking' | 'closing' | 'closed'

export interface QuitGuardOptions {
  readonly staged: StagedImages
  readonly parent: DialogParent
  readonly log: Logger
}

/**
 * Quitting asks while edits are staged or jobs run, then waits until the core has cleaned up after itself. A core that never
 * started holds nobody.
 */
export function guardQuit(starting: Promise<Core>, { staged, parent, log }: QuitGuardOptions): void {
  let phase: Phase = 'open'

  app.on('before-quit', (event) => {
    if (phase === 'closed') return
    event.preventDefault()
    if (phase === 'open') void quit()
  })

  async function quit(): Promise<void> {
    phase = 'asking'
    if (staged.list().length > 0 && !(await confirmForgetEdits(parent, staged.list()))) {
      phase = 'open'
      return
    }
    const core = await starting.catch(() => null)
    const running = (core?.jobs.list() ?? []).filter((job) => !ENDED_STATES.has(job.state))
    const stop =
      running.length === 0 ||
      (await confirmStopJobs(
        parent,
        running.map(({ id, title }) => (core?.bootTests.live(id)?.keeping ? `${title}: what its guest wrote goes with it` : title)),
      ))
    if (!stop) {
      phase = 'open'
      return
    }
    phase = 'closing'
    parent()?.hide()
    await core?.close().catch((error: unknown) => log.error('core.close', { message: String(error) }))
    phase = 'closed'
    letWindowClose()
    app.quit()
  }
}
