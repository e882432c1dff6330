import fs from 'node:fs'
import path from 'node:path'
import type { Core } from '#core/core-api'
import { describeHostFiles } from '#core/files/host-files'
import type { HostFiles } from '#shared/files-calls'
import { chooseFolder, chooseHostFiles, confirmReplace, type DialogParent } from '../../host/dialogs.js'
import type { DragOut } from '../../host/drag-out.js'
import type { InputGrants } from '../input-grants.js'
import type { OutputGrants } from '../output-grants.js'
import type { Handlers } from '../register-contract.js'

export type FileHandlers = Pick<
  Handlers,
  | 'files.tree'
  | 'files.list'
  | 'files.facts'
  | 'files.view'
  | 'files.search'
  | 'files.cancelSearch'
  | 'files.chooseHost'
  | 'files.describeHost'
  | 'files.chooseTarget'
  | 'files.drag'
>

export interface FileGrants {
  readonly inputs: InputGrants
  readonly outputs: OutputGrants
}

export function fileHandlers(core: Core, { inputs, outputs }: FileGrants, drag: DragOut, parent: DialogParent): FileHandlers {
  const searches = new Map<string, AbortController>()
  /** What a folder holds was chosen with it. */
  const described = async (paths: readonly string[]): Promise<HostFiles> => {
    const found = await describeHostFiles(paths)
    inputs.grant(found.files.map((file) => file.path))
    return found
  }
  return {
    'files.tree': ({ path: image }) => core.files.tree(image),
    'files.list': async ({ path: image, where, edits }) => {
      inputs.assertEdits(edits)
      return core.files.list(image, where, { edits })
    },
    'files.facts': async ({ path: image, where, names, edits }) => {
      inputs.assertEdits(edits)
      return core.files.facts(image, where, names, { edits })
    },
    'files.view': async ({ path: image, place, edits, offset }) => {
      inputs.assertEdits(edits)
      return core.files.view(image, place, { edits, ...(offset === undefined ? {} : { offset }) })
    },
    'files.search': async ({ path: image, where, query, edits, id }) => {
      inputs.assertEdits(edits)
      const controller = new AbortController()
      searches.set(id, controller)
      try {
        return await core.files.search(image, where, query, { edits, signal: controller.signal })
      } finally {
        searches.delete(id)
      }
    },
    'files.cancelSearch': async ({ id }) => searches.get(id)?.abort(),
    'files.chooseHost': async ({ several }) => {
      const chosen = await chooseHostFiles(parent, several)
      return chosen.length === 0 ? null : described(chosen)
    },
    'files.describeHost': async ({ paths }) => {
      inputs.assertGranted(paths)
      return described(paths)
    },
    'files.chooseTarget': async ({ names }) => {
      const folder = await chooseFolder(parent)
      if (folder === null) return null
      const taken = names.filter((name) => isFile(path.join(folder, path.basename(name))))
      if (taken.length > 0 && !(await confirmReplace(parent, folder, taken))) return null
      outputs.grantFolder(folder, taken.length > 0)
      return { folder, replace: taken.length > 0 }
    },
    'files.drag': async ({ path: image, items, edits }) => {
      inputs.assertEdits(edits)
      return { files: await drag.start(image, items, { edits }) }
    },
  }
}

function isFile(file: string): boolean {
  return fs.lstatSync(file, { throwIfNoEntry: false })?.isFile() === true
}
