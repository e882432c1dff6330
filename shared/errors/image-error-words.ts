import type { ErrorRow } from './describe-error.js'
import { sentence } from './tool-error-words.js'

const UNCHANGED = 'Nothing was changed.'

/** Words for files and disk images that cannot be opened or read. */
export const IMAGE_ERROR_WORDS = {
  'file-not-found': (facts) => ({
    title: 'The file is not there',
    detail: `${facts.path('The file')} does not exist; it may have been moved, renamed or removed. ${UNCHANGED}`,
    next: 'Check the name, or choose the file again.',
  }),
  'file-not-readable': (facts) => ({
    title: 'The file cannot be read',
    detail: `${facts.path('The file')} is there, but reading it failed${facts.aside(['reason', 'errno', 'message'])}. Often the permissions do not allow it, or the disk has an error. ${UNCHANGED}`,
    next: 'Check the permissions of the file and of its folder, then try again.',
  }),
  'not-a-regular-file': (facts) => ({
    title: 'This is not a regular file',
    // The name of a system error says less than the sentence.
    detail: /^[a-z]/.test(facts.text(['reason'], ''))
      ? `${facts.path('The file')} cannot be used: ${facts.text(['reason'], '')}. ${UNCHANGED}`
      : `${facts.path('It')} is a folder, a device, a pipe, a socket or a symbolic link. Diskwright opens plain files only. ${UNCHANGED}`,
    next: facts.text(['next'], 'Choose the file itself.'),
  }),
  'image-empty': (facts) => ({
    title: 'The file is empty',
    detail: `${facts.path('The file')} holds 0 bytes; a download or a copy may have failed. ${UNCHANGED}`,
    next: 'Fetch the image again.',
  }),
  'image-damaged': (facts) => ({
    title: 'The image is damaged',
    detail: `${sentence(facts.text(['reason', 'problem', 'message'], `The header of ${facts.path('the file')} contradicts itself or the length of the file`))} The file may have been cut short while it was copied. ${UNCHANGED}`,
    next: 'Compare its size and checksum with the original, or fetch it again.',
  }),
  'image-unknown-format': (facts) => ({
    title: 'This is not a disk image that Diskwright knows',
    detail: `${facts.path('The file')} ${facts.has('looksLike') ? `looks like ${facts.text(['looksLike'], '')}` : 'has no header of a known image format and no partition table or file system'}. ${UNCHANGED}`,
    next: 'Choose a raw, qcow2, VMDK, VDI, VHD or VHDX image.',
  }),
  'image-unsupported': (facts) => ({
    title: `${facts.text(['feature', 'kind', 'format'], 'This kind of image')} is not supported`,
    detail: `${sentence(facts.text(['reason', 'problem'], `${facts.path('The file')} is of a kind that Diskwright does not open`))} ${UNCHANGED}`,
    next: facts.text(['next'], 'Convert or unpack it to raw, qcow2, VMDK, VDI, VHD or VHDX first.'),
  }),
  'image-packed': (facts) => ({
    title: `${facts.text(['feature'], 'This image')} has to be unpacked first`,
    detail: `${sentence(facts.text(['reason'], 'A disk inside of an archive cannot be opened in place'))} ${UNCHANGED}`,
    next: 'Unpack it with Diskwright (diskwright unpack FILE -o OUT), or convert it as it is.',
  }),
  'image-in-use': (facts) =>
    facts.has('wanted')
      ? {
          title: 'Another job works on this file',
          detail: `${holderOf(facts)} reads or writes ${facts.path('the file')}, which this job would write to. ${UNCHANGED}`,
          next: 'Wait until that job has ended and try again, or choose another name.',
        }
      : {
          title: 'The image is in use',
          detail: `${holderOf(facts)} has ${facts.path('the image')} open for writing, so what is read could change at any time. ${UNCHANGED}`,
          next: 'Shut the virtual machine down or end that process, then try again.',
        },
  'image-changed': (facts) => ({
    title: 'The image has changed since it was opened',
    detail: `Another program wrote ${facts.path('the image')} after Diskwright read it, so what was read of it no longer holds. What had been begun was removed; edits that are staged still are.`,
    next: 'Reload the image, look at staged edits again, and start once more.',
  }),
  'image-encrypted': (facts) => ({
    title: 'The image is encrypted',
    detail: `${facts.path('The image')} is encrypted${facts.aside(['method', 'kind'])}, and Diskwright does not ask for passphrases. ${UNCHANGED}`,
    next: 'Decrypt it to a new image with qemu-img convert and open that one.',
  }),
  'reference-refused': (facts) => ({
    title: 'The image refers to another file',
    detail: `Its header names ${facts.text(['reference'], 'a further file')}${facts.aside(['kind', 'reason'])}. Such a name can make a tool read or overwrite any file of yours, so it was refused before anything was opened through it. ${UNCHANGED}`,
    next: 'If you trust the image, put all of its files in one folder and refer to them by plain names.',
  }),
  'archive-too-large': (facts) => ({
    title: 'The archive unpacks to more than is safe',
    detail: `${facts.path('The archive')} holds more than ${facts.size('limitBytes', 'the limit')} of data${facts.has('packedBytes') ? ` in ${facts.size('packedBytes')}` : ''}${facts.aside(['reason'])}. Archives are made like this to fill disks; unpacking stopped there, and what was unpacked was removed.`,
    next: 'If you trust it, unpack it yourself to a disk with enough space and open the result.',
  }),
  'manifest-mismatch': (facts) => ({
    title: 'The archive is not what its manifest says',
    detail: `${sentence(facts.text(['reason'], 'A file of it has another digest than its manifest lists'))} It was damaged on its way, or changed after it was made. ${UNCHANGED}`,
    next: 'Fetch it again. If it was changed on purpose, unpack its disk without the manifest.',
  }),
  'backing-file-missing': (facts) => ({
    title: 'The backing file is missing',
    detail: `${facts.path('The image')} holds only the differences to ${facts.text(['backing', 'reference', 'backingFile'], 'its backing file')}, which is not there. ${UNCHANGED}`,
    next: 'Put the backing file beside the image under that name.',
  }),
  'backing-file-loop': (facts) => ({
    title: 'The backing files form a loop',
    detail: `${facts.path('The image')} has a chain of backing files that leads back to itself or is longer than 16. No tool could ever finish reading it. ${UNCHANGED}`,
    next: 'Correct the chain with qemu-img rebase -u on a copy.',
  }),
} satisfies Record<string, ErrorRow>

/** `holder` is a finished text; `process` and `pid` are its parts. */
function holderOf(facts: Parameters<ErrorRow>[0]): string {
  if (facts.has('holder')) return facts.text(['holder'], '')
  if (!facts.has('process') && !facts.has('pid')) return 'Another process'
  return `${facts.text(['process'], 'A process')}${facts.has('pid') ? ` (PID ${facts.text(['pid'], '')})` : ''}`
}
