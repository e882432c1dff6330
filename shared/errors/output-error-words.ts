import type { ErrorRow } from './describe-error.js'
import { sentence } from './tool-error-words.js'

const DISCARDED = 'The output was removed before it got its final name; the source was not changed.'

/** Words for outputs that could not be written or did not pass their checks. */
export const OUTPUT_ERROR_WORDS = {
  'verify-mismatch': (facts) => ({
    title: 'The result differs from the source',
    detail: `Comparing ${facts.path('the output')} with the source found a difference${facts.has('offset') ? ` at byte ${facts.text(['offset'], '')}` : ''}${facts.aside(['reason'])}. The source may have changed meanwhile, or a disk or memory is faulty. ${DISCARDED}`,
    next: 'Try again; if it differs again, check the disk and the memory of this machine.',
  }),
  'check-failed': (facts) => ({
    title: 'The image did not pass its check',
    detail: `${sentence(facts.text(['reason', 'problem', 'message'], facts.lastLine() || `The tables of ${facts.path('the image')} contradict each other`))} ${DISCARDED}`,
    next: 'Run qemu-img check on the source; repair a copy of it, never the only one.',
  }),
  'lint-failed': (facts) => ({
    title: 'The result breaks a rule of its format or platform',
    detail: `${sentence(facts.text(['reason'], 'A rule was broken'))} ${DISCARDED}`,
    next: 'Choose other options or another format; if none were chosen, report this as a bug.',
  }),
  'size-not-taken': (facts) => ({
    title: `${facts.text(['platform'], 'The platform')} takes no disk of this size`,
    detail: facts.has('maxBytes')
      ? `The virtual size is ${facts.size('virtualBytes')}, and the limit is ${facts.size('maxBytes')}. Nothing was written.`
      : `The virtual size is ${facts.size('virtualBytes')}; the next one that is taken is ${facts.size('growTo')}. Nothing was written.`,
    next: facts.has('maxBytes')
      ? 'Choose another platform or format, or make the disk smaller first.'
      : 'Let the conversion grow the disk to that size.',
  }),
  'nothing-to-gain': (facts) => ({
    title: 'The image would not become smaller',
    detail: `Compacted, it would take ${facts.size('bytes')} on disk, and it takes ${facts.size('onDiskBytes')} now. It was left as it is, and the compacted copy was removed.`,
    next: 'Nothing needs to be done. A compressed subformat may still save space.',
  }),
  'output-exists': (facts) => ({
    title: 'The output file exists already',
    detail: `${facts.path('A file of that name')} is there${facts.aside(['reason'])} and was left as it is.`,
    next: facts.text(['next'], 'Choose another name, or agree to replace it.'),
  }),
  'output-is-source': (facts) => ({
    title: 'The output would overwrite its source',
    detail: `${facts.path('The output')} and the source are the same file. Nothing was written.`,
    next: 'Choose another name for the output.',
  }),
  'output-not-granted': (facts) => ({
    title: 'This place was not chosen for output',
    detail: `The window may write only where you pointed it to, and ${facts.path('this path')} was not among these. Nothing was written.`,
    next: 'Choose the place with the save dialog.',
  }),
  'input-not-granted': (facts) => ({
    title: 'This file was not chosen',
    detail: `The window may only read files of this machine that you chose, dropped, or opened with a recipe, and ${facts.path('this one')} was not among these. Nothing was read.`,
    next: 'Choose the file again.',
  }),
  'folder-not-writable': (facts) => ({
    title: 'The folder cannot be written to',
    detail: `A new file could not be made in ${facts.text(['folder', 'path'], 'the folder')}${facts.aside(['reason', 'errno', 'message'])}. It may be missing, read-only, or belong to someone else. Nothing was changed.`,
    next: 'Choose another folder, or change the permissions of this one.',
  }),
  'file-not-writable': (facts) => ({
    title: 'The image is read-only',
    detail: `${facts.path('It')} may not be written to${facts.aside(['reason', 'errno', 'message'])}. Nothing was changed.`,
    next: 'Save as a new image, or change its permissions.',
  }),
  'no-space': (facts) => ({
    title: 'There is not enough free space',
    detail: `${facts.has('neededBytes') || facts.has('freeBytes') ? `${facts.text(['folder', 'path'], 'The target folder')} needs ${facts.size('neededBytes')} and has ${facts.size('freeBytes')} free.` : `${facts.text(['folder', 'path'], 'The disk that was written to')} has no room left.`} ${DISCARDED}`,
    next: 'Free space there, or choose a folder on another disk.',
  }),
  'file-too-large': (facts) => ({
    title: 'The file system there cannot hold a file this large',
    detail: `The output needs ${facts.size('neededBytes', 'more')}${facts.has('limitBytes') || facts.has('maxBytes') ? ` and the limit is ${facts.has('limitBytes') ? facts.size('limitBytes') : facts.size('maxBytes')}` : '; FAT32, for example, ends at 4 GiB'}. ${DISCARDED}`,
    next: 'Choose a folder on another file system, or a split or compressed subformat.',
  }),
  'format-not-writable': (facts) => ({
    title: `${facts.text(['format', 'subformat'], 'This format')} cannot be written in place`,
    detail: `${sentence(facts.text(['reason'], 'Images such as stream-optimized VMDK are written once, from start to end'))} Nothing was changed.`,
    next: 'Save as a new image instead.',
  }),
} satisfies Record<string, ErrorRow>
