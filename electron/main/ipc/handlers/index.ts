import type { Core } from '#core/core-api'
import type { DialogParent } from '../../host/dialogs.js'
import type { OpenRequests } from '../../host/open-requests.js'
import type { StagedImages } from '../../host/staged-images.js'
import { OutputGrants } from '../output-grants.js'
import type { Handlers } from '../register-contract.js'
import { appHandlers } from './app-handlers.js'
import { editHandlers } from './edit-handlers.js'
import { hostHandlers } from './host-handlers.js'
import { imageHandlers } from './image-handlers.js'
import { jobHandlers } from './job-handlers.js'
import { platformHandlers } from './platform-handlers.js'

/** All calls of the contract over one core. */
export function createHandlers(core: Core, openRequests: OpenRequests, staged: StagedImages, parent: DialogParent): Handlers {
  return {
    ...appHandlers(core, openRequests, staged),
    ...imageHandlers(core, parent),
    ...editHandlers(core, parent),
    ...platformHandlers(core),
    ...jobHandlers(core, new OutputGrants(), parent),
    ...hostHandlers(),
  }
}
