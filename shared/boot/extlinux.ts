export {
  duplicateExtlinuxEntry,
  moveExtlinuxEntry,
  removeExtlinuxEntry,
  setExtlinuxArgs,
  setExtlinuxDefault,
  setExtlinuxTimeout,
  setExtlinuxTitle,
} from './extlinux-edits.js'

export { type Extlinux, type ExtlinuxEntry, parseExtlinux } from './extlinux-reader.js'
