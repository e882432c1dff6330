import process from 'node:process'
import { app } from 'electron'
import { createCore } from '#core/create-core'
import type { Core } from '#core/core-api'
import type { Dirs } from '#core/files/dirs'
import type { Logger } from '#core/log/logger'
import { followJobs } from './app-modules/follow-jobs.js'
import { followTheme } from './app-modules/theme.js'
import { mainWindow } from './host/dialogs.js'
import { createSecretStore } from './host/secret-store.js'
import type { OpenRequests } from './host/open-requests.js'
import type { StagedImages } from './host/staged-images.js'
import type { InputGrants } from './ipc/input-grants.js'
import type { ShownLinks } from './ipc/shown-links.js'
import type { SourceGrants } from './ipc/source-grants.js'
import { createHandlers } from './ipc/handlers/index.js'
import { pushCoreEvents } from './ipc/push-events.js'
import { type CallReceiver, registerContract } from './ipc/register-contract.js'

export interface ServiceOptions {
  readonly dirs: Dirs
  readonly log: Logger
  readonly openRequests: OpenRequests
  readonly staged: StagedImages
  readonly inputs: InputGrants
  readonly sources: SourceGrants
  readonly links: ShownLinks
  readonly calls: CallReceiver
  readonly isTrustedUrl: (url: string) => boolean
}

/** Creates the core and answers the window from it. A module of its own, loaded while the window already draws itself. */
export async function startService({
  dirs,
  log,
  openRequests,
  staged,
  inputs,
  sources,
  links,
  calls,
  isTrustedUrl,
}: ServiceOptions): Promise<Core> {
  const core = await createCore({
    dirs,
    env: process.env,
    log,
    version: app.getVersion(),
    secrets: createSecretStore({ folder: dirs.config, log }),
    asksUser: () => true,
  })
  links.follow(core.jobs)
  const handlers = createHandlers(core, { openRequests, staged, inputs, sources, links, parent: mainWindow })
  registerContract(calls, { handlers, isTrustedUrl, log })
  // First of all who listen: the window learns of a result when it is known what it was made of.
  core.jobs.onChange((job) => sources.noteEnd(job))
  pushCoreEvents(core)
  followTheme(core.settings)
  followJobs(core)
  return core
}
