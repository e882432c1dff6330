import process from 'node:process'
import { app } from 'electron'
import type { Core } from '#core/core-api'
import { listSampleImages } from '../../host/sample-images.js'
import type { OpenRequests } from '../../host/open-requests.js'
import type { StagedImages } from '../../host/staged-images.js'
import type { Handlers } from '../register-contract.js'
import type { SourceGrants } from '../source-grants.js'

export type AppHandlers = Pick<
  Handlers,
  'app.info' | 'app.takeOpenRequests' | 'app.noteStaged' | 'tools.doctor' | 'settings.get' | 'settings.set' | 'log.report'
>

export interface AppParts {
  readonly openRequests: OpenRequests
  readonly staged: StagedImages
  readonly sources: SourceGrants
}

export function appHandlers(core: Core, { openRequests, staged, sources }: AppParts): AppHandlers {
  return {
    'app.info': async () => {
      const samples = await listSampleImages(core.dirs.cache)
      sources.grant(samples)
      return {
        version: app.getVersion(),
        runtime: `Electron ${process.versions.electron}, Chromium ${process.versions.chrome}, Node ${process.versions.node}`,
        dataFolder: core.dirs.state,
        folderProblems: [...core.folderProblems],
        samples,
      }
    },
    'app.takeOpenRequests': async () => {
      const paths = openRequests.take()
      sources.grant(paths)
      return paths
    },
    'app.noteStaged': async ({ images }) => staged.note(images),
    'tools.doctor': (options) => core.doctor(options),
    'settings.get': async () => core.settings.get(),
    'settings.set': async (change) => core.settings.set(withoutUndefined(change)),
    'log.report': async ({ message, stack }) => core.log.error('window.error', { message, stack }),
  }
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}
