import { PROGRAM } from './program.js'

export interface GuestPlaces {
  /** The whole disk in the guest, such as `/dev/ubda`; null where it is known only when the steps run, and the variable `disk` names it. */
  readonly disk: string | null
  /** Between the disk's name and a partition's number: nothing, or `p` where the name ends with a digit. */
  readonly partPrefix: '' | 'p'
  /** The folder that `writeOperations` wrote to, as the guest sees it. */
  readonly work: string
  /** A folder for scratch files and the mount point; nothing else is mounted below it. */
  readonly tmp: string
  /** Shell command that makes the kernel know FAT, where it does not load its modules by itself. */
  readonly loadFat?: string
}

/**
 * The work of an engine inside of its guest: a fixed shell text that needs perl(1) and, for disk operations, the tools of the file
 * system and sfdisk(8). Operations come in the files of `writeOperations`, so that no path or content is part of a command line.
 *
 * Records go to descriptor 3: `mounted PARTITION clean|replayed`, `N ok`, `N error WORD NEEDED FREE TEXT`, `unmounted PARTITION`,
 * `stuck PARTITION`; `readReport` reads them. It ends with a code other than 0 when the program itself could not run.
 */
export function guestSteps(places: GuestPlaces): string {
  return `${places.disk === null ? '' : `disk='${plain(places.disk)}'\n`}part_prefix='${places.partPrefix}'
work='${plain(places.work)}'
tmp='${plain(places.tmp)}'
root=$tmp/mnt
mkdir -p "$root"
while read -r type; do
  if [ "$type" = vfat ]; then ${places.loadFat ?? ':'}; fi
done <"$work/ops/filesystems"
perl - "$disk" "$part_prefix" "$work" "$tmp" "$root" <<'END_OF_PROGRAM'
${PROGRAM}
__END__
END_OF_PROGRAM
`
}

function plain(place: string): string {
  if (!/^[\w./-]+$/.test(place)) throw new TypeError(`not a plain path: ${place}`)
  return place
}
