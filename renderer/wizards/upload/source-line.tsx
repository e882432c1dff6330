import type { SourceFacts } from '#shared/clouds/source-facts'
import { formatBytes } from '#shared/text/bytes'
import { Fact, Facts } from '../../components/fact.js'
import { GuestText } from '../../components/guest-text.js'
import { PathText } from '../../components/path-text.js'
import { kindWords } from '../../features/clouds/upload-words.js'
import styles from './source-line.module.css'

const FIRMWARE = { bios: 'BIOS', uefi: 'UEFI', both: 'UEFI and BIOS' } as const

/** What is known of the file: a name and its value each. */
function factRows(facts: SourceFacts): readonly (readonly [string, string])[] {
  const { kind, virtualBytes, fileBytes, dataBytes, architecture, firmware, os, ignitionPlatform } = facts
  const rows: readonly (readonly [string, string | null])[] = [
    ['File', kindWords(facts)],
    ['Size', kind === 'disk' ? `${formatBytes(virtualBytes)} virtual` : formatBytes(fileBytes)],
    ['Data', kind === 'disk' && dataBytes !== null ? formatBytes(dataBytes) : null],
    ['Architecture', architecture],
    ['Firmware', firmware === null ? null : FIRMWARE[firmware]],
    ['System', os?.name ?? null],
    ['Ignition', ignitionPlatform],
  ]
  return rows.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]))
}

/** The file that is sent. */
export function SourceFile({ facts }: { readonly facts: SourceFacts }) {
  return (
    <div className={styles.source}>
      <PathText path={facts.path} />
      <Facts>
        {factRows(facts).map(([name, value]) => (
          <Fact key={name} name={name}>
            <GuestText text={value} limit={48} />
          </Fact>
        ))}
      </Facts>
    </div>
  )
}

/** The same in one line, where there is room to the side. */
export function SourceLine({ facts }: { readonly facts: SourceFacts }) {
  return (
    <div className={styles.source}>
      <PathText path={facts.path} />
      <ul className={styles.line} aria-label="About this file">
        {factRows(facts).map(([name, value]) => (
          <li key={name}>
            <span className={styles.name}>{name}</span> <GuestText text={value} limit={48} />
          </li>
        ))}
      </ul>
    </div>
  )
}
