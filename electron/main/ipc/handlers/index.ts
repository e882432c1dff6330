import type { Core } from '#core/core-api'
import type { DialogParent } from '../../host/dialogs.js'
import { DragOut } from '../../host/drag-out.js'
import type { OpenRequests } from '../../host/open-requests.js'
import type { StagedImages } from '../../host/staged-images.js'
import { AddressGrants } from '../address-grants.js'
import type { InputGrants } from '../input-grants.js'
import { OutputGrants } from '../output-grants.js'
import type { Handlers } from '../register-contract.js'
import type { ShownLinks } from '../shown-links.js'
import type { SourceGrants } from '../source-grants.js'
import { StartGrants } from '../start-grants.js'
import { appHandlers } from './app-handlers.js'
import { bootTestHandlers } from './boot-test-handlers.js'
import { cloudHandlers } from './cloud-handlers.js'
import { containerHandlers } from './container-handlers.js'
import { editHandlers } from './edit-handlers.js'
import { fileHandlers } from './file-handlers.js'
import { hostHandlers } from './host-handlers.js'
import { imageHandlers } from './image-handlers.js'
import { jobHandlers } from './job-handlers.js'
import { platformHandlers } from './platform-handlers.js'

export interface HandlerParts {
  readonly openRequests: OpenRequests
  readonly staged: StagedImages
  readonly inputs: InputGrants
  readonly sources: SourceGrants
  readonly links: ShownLinks
  readonly parent: DialogParent
}

/** All calls of the contract over one core. */
export function createHandlers(core: Core, { openRequests, staged, inputs, sources, links, parent }: HandlerParts): Handlers {
  const outputs = new OutputGrants()
  const addresses = new AddressGrants()
  const start = new StartGrants({ inputs, outputs, sources, addresses }, parent)
  return {
    ...appHandlers(core, { openRequests, staged, sources }),
    ...imageHandlers(core, sources, parent),
    ...fileHandlers(core, { inputs, outputs }, new DragOut(core), parent),
    ...editHandlers(core, inputs, parent),
    ...platformHandlers(core, inputs),
    ...jobHandlers(core, { inputs, outputs, start }, parent),
    ...containerHandlers(core, { inputs, outputs, sources }, parent),
    ...cloudHandlers(core, { inputs, addresses, start, links }, parent),
    ...bootTestHandlers(core, parent),
    ...hostHandlers(),
  }
}
