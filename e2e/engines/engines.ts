import type { Engine } from '#core/guest/engine'
import { guestfishEngine } from '#core/guest/engines/guestfish'
import { createNbdEngine } from '#core/guest/engines/nbd'
import { umlEngine } from '#core/guest/engines/uml'
import { umlRunner } from '../nbd/uml-runner'

/** Every engine has to pass all of the conformance suite. */
export const CONFORMING_ENGINES: readonly Engine[] = [umlEngine, guestfishEngine, createNbdEngine({ runner: umlRunner })]
