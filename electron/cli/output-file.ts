import path from 'node:path'
import { UsageError } from './command.js'

/** The file that `-o` names. `folder/` is none, also where nothing of that name is there yet. Throws `UsageError`. */
export function outputFile(text: string): string {
  if (text === '') throw new UsageError('the name of the output is empty')
  if (/(^|\/)\.{0,2}$/.test(text)) throw new UsageError(`${text} names a folder: say which file to make in it`)
  return path.resolve(text)
}
