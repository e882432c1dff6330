import type { Core } from '#core/core-api'
import { chooseImages, type DialogParent } from '../../host/dialogs.js'
import type { Handlers } from '../register-contract.js'
import type { SourceGrants } from '../source-grants.js'

export type ImageHandlers = Pick<
  Handlers,
  | 'images.inspect'
  | 'images.choose'
  | 'sources.probe'
  | 'boot.list'
  | 'formats.options'
  | 'disk.report'
  | 'disk.map'
  | 'disk.measure'
  | 'recents.list'
  | 'recents.remove'
>

export function imageHandlers(core: Core, sources: SourceGrants, parent: DialogParent): ImageHandlers {
  return {
    'images.inspect': async ({ path }) => {
      const info = await core.inspect(path)
      core.recents.add(info)
      return info
    },
    'images.choose': async () => {
      const chosen = await chooseImages(parent)
      sources.grant(chosen)
      return chosen
    },
    'sources.probe': ({ path }) => core.probeSource(path),
    'boot.list': ({ path }) => core.listBootEntries(path),
    'disk.report': ({ path }) => core.diskReport(path),
    'disk.map': ({ path }) => core.diskMap(path),
    'disk.measure': ({ path }) => core.measureFormats(path),
    'formats.options': () => core.formatOptions(),
    'recents.list': () => core.recents.list(),
    'recents.remove': async ({ path }) => core.recents.remove(path),
  }
}
