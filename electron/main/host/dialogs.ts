import fs from 'node:fs'
import path from 'node:path'
import { type BaseWindow, BrowserWindow, dialog, type OpenDialogOptions, type SaveDialogOptions } from 'electron'
import { IMAGE_FORMATS, imageFormat } from '#shared/images/formats'
import { showControl } from '#shared/text/visible'

/** The window that a dialog belongs to; null while there is none. */
export type DialogParent = () => BaseWindow | null

export const mainWindow: DialogParent = () => BrowserWindow.getAllWindows()[0] ?? null

const imageFilters = [
  { name: 'Disk images', extensions: [...new Set(IMAGE_FORMATS.flatMap((id) => [...imageFormat(id).extensions]))] },
  { name: 'Packed images and machines', extensions: ['ova', 'ovf', 'gz', 'xz', 'zst', 'bz2', 'tar', 'tgz', 'txz'] },
  { name: 'All files', extensions: ['*'] },
]

/** Absolute paths, none when the dialog was closed. */
export async function chooseImages(parent: DialogParent): Promise<string[]> {
  const options: OpenDialogOptions = { title: 'Open disk images', filters: imageFilters, properties: ['openFile', 'multiSelections'] }
  const window = parent()
  const answer = await (window ? dialog.showOpenDialog(window, options) : dialog.showOpenDialog(options))
  return answer.canceled ? [] : answer.filePaths
}

/** Absolute paths of files to put into an image, none when the dialog was closed. */
export async function chooseHostFiles(parent: DialogParent, several: boolean): Promise<string[]> {
  const options: OpenDialogOptions = {
    title: several ? 'Add files to the image' : 'Choose the new content',
    properties: several ? ['openFile', 'multiSelections', 'showHiddenFiles'] : ['openFile', 'showHiddenFiles'],
  }
  const window = parent()
  const answer = await (window ? dialog.showOpenDialog(window, options) : dialog.showOpenDialog(options))
  return answer.canceled ? [] : answer.filePaths
}

/** A folder to copy files into; null when the dialog was closed. */
export async function chooseFolder(parent: DialogParent): Promise<string | null> {
  const options: OpenDialogOptions = {
    title: 'Copy into folder',
    buttonLabel: 'Copy here',
    properties: ['openDirectory', 'createDirectory'],
  }
  const window = parent()
  const answer = await (window ? dialog.showOpenDialog(window, options) : dialog.showOpenDialog(options))
  return answer.canceled ? null : (answer.filePaths[0] ?? null)
}

/** A folder for results; null when the dialog was closed. */
export async function chooseResultFolder(parent: DialogParent, suggested: string): Promise<string | null> {
  const options: OpenDialogOptions = {
    title: 'Folder for the results',
    buttonLabel: 'Choose',
    defaultPath: suggested,
    properties: ['openDirectory', 'createDirectory'],
  }
  const window = parent()
  const answer = await (window ? dialog.showOpenDialog(window, options) : dialog.showOpenDialog(options))
  return answer.canceled ? null : (answer.filePaths[0] ?? null)
}

/** Asks before files of the user are replaced. True: replace them. */
export async function confirmReplace(parent: DialogParent, folder: string, names: readonly string[]): Promise<boolean> {
  const shown = names.slice(0, 10).join('\n') + (names.length > 10 ? `\nand ${names.length - 10} more` : '')
  return confirm(parent, {
    message: names.length === 1 ? 'A file of this name is there already' : `${names.length} files of these names are there already`,
    detail: `${folder}\n\n${shown}`,
    buttons: ['Cancel', 'Replace'],
  })
}

/** A recipe's absolute path; null when the dialog was closed. */
export async function chooseRecipe(parent: DialogParent): Promise<string | null> {
  const options: OpenDialogOptions = {
    title: 'Open a recipe',
    filters: [
      { name: 'Recipes', extensions: ['yaml', 'yml', 'json'] },
      { name: 'All files', extensions: ['*'] },
    ],
    properties: ['openFile'],
  }
  const window = parent()
  const answer = await (window ? dialog.showOpenDialog(window, options) : dialog.showOpenDialog(options))
  return answer.canceled ? null : (answer.filePaths[0] ?? null)
}

/** Null when the dialog was closed. The dialog itself asks before an existing file is chosen, hence `replace`. */
export async function chooseOutput(
  parent: DialogParent,
  suggested: string,
  title = 'Save image as',
): Promise<{ path: string; replace: boolean } | null> {
  const options: SaveDialogOptions = {
    title,
    defaultPath: suggested,
    properties: ['createDirectory', 'showOverwriteConfirmation'],
  }
  const window = parent()
  const answer = await (window ? dialog.showSaveDialog(window, options) : dialog.showSaveDialog(options))
  if (answer.canceled || answer.filePath === '') return null
  const chosen = path.resolve(answer.filePath)
  return { path: chosen, replace: fs.existsSync(chosen) }
}

/** Asks before files leave this machine that the user never chose in a dialog. True: send them. */
export async function confirmSend(
  parent: DialogParent,
  { sources, destination }: { readonly sources: readonly string[]; readonly destination: string },
): Promise<boolean> {
  return confirm(parent, {
    message: `Send it to ${showControl(destination)}?`,
    detail: `${sources.map(showControl).join('\n')}\n\nThis was not opened, chosen or dropped by you, nor made of what was. Who may read there can read all that is in it.`,
    buttons: ['Cancel', 'Send'],
  })
}

/** Asks before what this machine is signed in with is shown to another address than the provider's own. True: show it. */
export async function confirmSignIn(parent: DialogParent, addresses: readonly string[]): Promise<boolean> {
  return confirm(parent, {
    message: 'Sign in at another address than that of the provider?',
    detail: `${addresses.map(showControl).join('\n')}\n\nWhoever is there is shown what this machine is signed in with, and can use it.`,
    buttons: ['Cancel', 'Sign in there'],
  })
}

/** Asks before a file or folder is written that was named in a form. True: write it. */
export async function confirmWrite(
  parent: DialogParent,
  { file, replace }: { readonly file: string; readonly replace: boolean },
): Promise<boolean> {
  return confirm(parent, {
    message: replace ? 'Write it there, and replace what is there?' : 'Write it there?',
    detail: showControl(file),
    buttons: ['Cancel', replace ? 'Replace' : 'Write'],
  })
}

/** Asks before staged edits are forgotten. True: forget them. */
export async function confirmForgetEdits(parent: DialogParent, names: readonly string[]): Promise<boolean> {
  return confirm(parent, {
    message: names.length === 1 ? 'Staged edits are not saved' : `${names.length} images have staged edits that are not saved`,
    detail: `${names.join('\n')}\n\nThe images themselves are unchanged. Quitting forgets what is staged.`,
    buttons: ['Keep working', 'Quit without saving'],
  })
}

/** Asks before running jobs are stopped. True: stop them. */
export async function confirmStopJobs(parent: DialogParent, titles: readonly string[]): Promise<boolean> {
  return confirm(parent, {
    message: titles.length === 1 ? 'A job is still running' : `${titles.length} jobs are still running`,
    detail: `${titles.join('\n')}\n\nStopping removes what is half written. Originals are not touched.`,
    buttons: ['Keep running', 'Stop and quit'],
  })
}

/** The first button is the safe one. True: the second was pressed. */
export async function confirm(parent: DialogParent, words: { message: string; detail: string; buttons: string[] }): Promise<boolean> {
  const options = { type: 'warning' as const, ...words, defaultId: 0, cancelId: 0 }
  const window = parent()
  const { response } = await (window ? dialog.showMessageBox(window, options) : dialog.showMessageBox(options))
  return response === 1
}
