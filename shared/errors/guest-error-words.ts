import type { ErrorRow } from './describe-error.js'
import { sentence } from './tool-error-words.js'

const UNCHANGED = 'Nothing was changed.'

/** Words for what is inside an image: partitions, file systems, boot entries and edits. */
export const GUEST_ERROR_WORDS = {
  'no-partitions': (facts) => ({
    title: 'The image has no partitions',
    detail: `${facts.path('The image')} has neither a partition table with partitions nor a file system over the whole disk. ${UNCHANGED}`,
    next: 'Check that this is the image of a whole disk.',
  }),
  'partition-not-found': (facts) => ({
    title: `There is no partition ${facts.text(['partition', 'number'], 'of that number')}`,
    detail: `The partition table of ${facts.path('the image')} does not list it. ${UNCHANGED}`,
    next: 'Choose one of the partitions that the map shows.',
  }),
  'filesystem-unreadable': (facts) => ({
    title: `The file system${partition(facts)} cannot be read`,
    detail: `${sentence(facts.text(['reason', 'problem', 'message'], facts.lastLine() || 'It is damaged, encrypted, or of a type that Diskwright cannot read'))} ${UNCHANGED}`,
    next: 'Choose another partition, or check the file system on a copy of the image.',
  }),
  'filesystem-read-only': (facts) => ({
    title: `The file system${partition(facts)} can only be read`,
    detail: `${sentence(facts.text(['reason', 'type'], 'File systems such as ISO 9660 and squashfs are made whole and cannot be edited'))} No edit was written.`,
    next: 'Rebuild the image with the change, or edit a partition that can be written.',
  }),
  'guest-file-not-found': (facts) => ({
    title: 'There is no such file in the image',
    detail: `${facts.path('The file')} was not found${partition(facts)}. ${UNCHANGED}`,
    next: facts.text(['next'], 'Look for it in Files; names there are case-sensitive on most file systems.'),
  }),
  'guest-file-too-large': (facts) => ({
    title: 'The file in the image is too large to show',
    detail: `${facts.path('The file')} holds ${facts.size('sizeBytes', 'more')}${facts.has('maxBytes') ? `; the limit is ${facts.size('maxBytes')}` : ''}. ${UNCHANGED}`,
    next: 'Copy it out of the image with diskwright files get.',
  }),
  'guest-file-exists': (facts) => ({
    title: 'There is already something of that name in the image',
    detail: `${facts.path('The name')} is taken${partition(facts)}. No edit was written.`,
    next: 'Choose another name, or remove or replace what is there.',
  }),
  'guest-filesystem-full': (facts) => ({
    title: `The file system${partition(facts)} inside the image is full`,
    detail: `The edit needs ${facts.size('neededBytes', 'more space than there is')}${facts.has('freeBytes') ? `; ${facts.size('freeBytes')} is free` : ''}. The edits were made on a throw-away copy, which was removed; the source was not changed.`,
    next: 'Remove files in that partition, such as old kernels, or enlarge it first.',
  }),
  'no-boot-entries': (facts) => ({
    title: 'No boot entries were found',
    detail: `There is no boot menu of a boot loader that Diskwright knows${facts.has('searched') ? `; Diskwright looked in ${facts.text(['searched'], '')}` : ''}. ${UNCHANGED}`,
    next: 'Look in Files for grub.cfg or for .efi files under /EFI/Linux.',
  }),
  'boot-entry-not-found': (facts) => ({
    title: 'There is no such boot entry',
    detail: `No boot entry has the id ${facts.text(['entry', 'id'], 'that was asked for')}. ${UNCHANGED}`,
    next: 'Use an id from the list of entries, for example 2:/loader/entries/ostree-1.conf.',
  }),
  'argument-not-found': (facts) => ({
    title: `The argument ${facts.text(['arg'], 'to change')} is not there`,
    detail: `The entry${facts.aside(['entry'])} has no kernel argument exactly like it; quiet and quiet=1 are different arguments. ${UNCHANGED}`,
    next: 'Compare with the list of arguments of the entry; replacing needs the old value as it stands there.',
  }),
  'argument-invalid': (facts) => ({
    title: 'This cannot be a kernel argument',
    detail: `${facts.has('arg') ? `The text was ${facts.text(['arg'], '')}. ` : ''}${sentence(facts.text(['reason'], 'It is empty, or holds a blank outside of quotes, a line end or an open quote'))} ${UNCHANGED}`,
    next: 'Put double quotes around values with blanks: dyndbg="file x.c +p".',
  }),
  'edit-conflict': (facts) => ({
    title: 'The edit does not fit the file',
    detail: `${facts.text(['entry', 'path', 'file'], 'The file')} cannot be edited. ${sentence(facts.text(['reason', 'problem'], 'It is not what the edit was made for'))} No edit was written.`,
    next: 'Reload the image and make the edit again, or remove it from the list.',
  }),
  'resize-refused': (facts) => ({
    title: 'This size is not possible',
    detail: `${sentence(facts.text(['reason'], 'It does not fit what is on the disk'))} ${UNCHANGED}`,
    next: 'Choose another size, or make room first.',
  }),
  'recipe-invalid': (facts) => ({
    title: 'This is not a recipe that Diskwright can read',
    detail: `${facts.has('path') ? `${facts.path('The file')}: ` : ''}${sentence(facts.text(['reason'], 'It does not follow the schema of recipes'))} Nothing was changed.`,
    next: 'Compare it with the published schema, resources/recipe.schema.json.',
  }),
  'recipe-mismatch': (facts) => ({
    title: 'The recipe does not fit this image',
    detail: `${sentence(facts.text(['reason'], 'What the recipe expects is not what the image holds'))} ${UNCHANGED}`,
    next: 'Adapt the recipe to this image, or apply it to the kind of image that it was recorded on.',
  }),
  'nothing-to-save': () => ({
    title: 'There is nothing to save',
    detail: 'The edits leave every file as it is. No output was made and nothing was changed.',
    next: 'Make a change first, or use Convert for a copy in another format.',
  }),
  'edit-not-written': (facts) => ({
    title: 'An edit did not arrive in the image',
    detail: `${facts.path('A file')} was read back after writing and is not what the preview showed${facts.aside(['reason'])}. The result was thrown away; the source was not changed.`,
    next: 'Try again with another engine.',
  }),
} satisfies Record<string, ErrorRow>

function partition(facts: Parameters<ErrorRow>[0]): string {
  return facts.has('partition') ? ` on partition ${facts.text(['partition'], '')}` : ''
}
