import { Button, SegmentedControl, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import type { signatureRequestSchema } from '#shared/containers/container-requests'
import { call } from '../../api/client.js'
import { doctorQuery } from '../../api/queries.js'
import { useAppActions } from '../../components/app-actions.js'
import { PathText } from '../../components/path-text.js'
import styles from './destination-picker.module.css'

type SignatureRequest = z.infer<typeof signatureRequestSchema>

/** What the form holds: a way to sign may be chosen before its key is. */
export interface Signing {
  readonly kind: 'none' | SignatureRequest['kind']
  readonly keyFile: string
  readonly key: string
  /** Null where the key needs none. */
  readonly passphrase: string | null
}

export const NO_SIGNING: Signing = { kind: 'none', keyFile: '', key: '', passphrase: null }

/** Before what is signed starts: the passphrase goes to the key alone, and into no request. */
export async function unlockSigning({ kind, keyFile, passphrase }: Signing): Promise<void> {
  // Without one typed, that of the environment may do.
  if (kind === 'sigstore' && passphrase) await call('containers.unlockKey', { path: keyFile, passphrase })
}

/** `undefined`: unsigned. Null: a key is still missing. */
export function signingRequest({ kind, keyFile, key }: Signing): SignatureRequest | undefined | null {
  if (kind === 'none') return undefined
  if (kind === 'sigstore') return keyFile === '' ? null : { kind, keyFile }
  return key.trim() === '' ? null : { kind, key: key.trim() }
}

interface SignChoiceProps {
  readonly value: Signing
  /** Signatures lie beside an image at its registry. */
  readonly isPushed: boolean
  readonly onChange: (value: Signing) => void
}

/** Signing what is pushed; what is not installed cannot be chosen. */
export function SignChoice({ value, isPushed, onChange }: SignChoiceProps) {
  const { reportFailure } = useAppActions()
  const { data: doctor } = useQuery(doctorQuery)
  const hasGpg = doctor?.tools.some(({ id, ok }) => id === 'gpg' && ok) === true
  const choose = async () => {
    const chosen = await call('containers.chooseKey')
    if (chosen !== null) onChange({ ...value, keyFile: chosen.path, passphrase: chosen.isEncrypted ? '' : null })
  }
  if (!isPushed) return <p className={styles.unsigned}>Only what is pushed to a registry is signed.</p>
  return (
    <div className={styles.picker}>
      <div>
        <SegmentedControl
          size="xs"
          aria-label="Sign"
          value={value.kind}
          onChange={(kind) => onChange({ ...value, kind })}
          data={[
            { value: 'none', label: 'Not signed' },
            { value: 'sigstore', label: 'sigstore key' },
            { value: 'gpg', label: 'GnuPG key', disabled: !hasGpg },
          ]}
        />
      </div>
      {value.kind === 'sigstore' && (
        <>
          <div className={styles.row}>
            <span className={styles.path}>
              {value.keyFile === '' ? <span className="dim">No key chosen</span> : <PathText path={value.keyFile} />}
            </span>
            <Button onClick={() => void choose().catch(reportFailure)}>Choose…</Button>
          </div>
          {value.passphrase === null ? (
            <p className={styles.hint}>A private key of cosign, or another one in PEM.</p>
          ) : (
            <>
              <TextInput
                type="password"
                aria-label="Passphrase of the key"
                placeholder="Passphrase"
                value={value.passphrase}
                onChange={(event) => onChange({ ...value, passphrase: event.currentTarget.value })}
                autoComplete="off"
              />
              <p className={styles.hint}>Kept in memory until Diskwright is closed. Left empty, COSIGN_PASSWORD is taken.</p>
            </>
          )}
        </>
      )}
      {value.kind === 'gpg' && (
        <TextInput
          aria-label="GnuPG key"
          placeholder="Fingerprint or mail address"
          value={value.key}
          onChange={(event) => onChange({ ...value, key: event.currentTarget.value })}
          spellCheck={false}
        />
      )}
      {doctor !== undefined && !hasGpg && <p className={styles.hint}>For GnuPG keys gpg has to be installed; Tools shows how.</p>}
    </div>
  )
}
