import { Radio } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { CloudAccount } from '#shared/clouds/cloud-calls'
import type { Field, FieldValues } from '#shared/clouds/field'
import { isFilled } from '#shared/clouds/read-values'
import type { ProviderForm } from '#shared/clouds/provider-form'
import { ErrorNotice } from '../../components/error-notice.js'
import { NamedRadioGroup } from '../../components/named-radio-group.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import { visibleText } from '../../components/visible-text.js'
import { accountsQuery } from '../../features/clouds/cloud-queries.js'
import { fieldsOfStep, isFolded } from '../../features/clouds/ship-steps.js'
import { useShipStore } from '../../features/clouds/ship-store.js'
import styles from './account-step.module.css'
import { FieldList } from './fields-step.js'
import { FoldedFields } from './folded-fields.js'
import type { Upload } from './use-upload.js'
import wizard from './upload-wizard.module.css'

const BY_HAND = 'by hand'

/**
 * The account whose values are filled in, as its place in the list; of several the one that says most. One that needs nothing filled in is
 * meant where nothing is. -1 where none is.
 */
export function chosenAccount(accounts: readonly CloudAccount[], fields: readonly Field[], values: FieldValues): number {
  const isEmpty = fields.every(({ id }) => !isFilled(values[id]))
  const said = accounts.map(({ values: own }) => {
    const entries = Object.entries(own)
    const isMeant = entries.length === 0 ? isEmpty : entries.every(([id, value]) => JSON.stringify(values[id]) === JSON.stringify(value))
    return isMeant ? entries.length : -1
  })
  const most = Math.max(-1, ...said)
  return most < 0 ? -1 : said.indexOf(most)
}

/** Values of an account in the place of another one's: nothing stays of what any of those that are offered fills in. */
export function accountValues(fields: readonly Field[], account: CloudAccount | null, offered: readonly CloudAccount[] = []): FieldValues {
  const own = fields.filter(({ group }) => group === 'account').map(({ id }) => id)
  const ids = [...own, ...offered.flatMap(({ values }) => Object.keys(values))]
  return { ...Object.fromEntries(ids.map((id) => [id, ''])), ...account?.values }
}

interface AccountStepProps {
  readonly upload: Upload
  readonly form: ProviderForm
  readonly attempted: boolean
}

/** Who uploads: what is on this machine is offered, anything else can be filled in. */
export function AccountStep({ upload, form, attempted }: AccountStepProps) {
  const { draft, fields, raw } = upload
  const { fill } = useShipStore.getState()
  const accounts = useQuery(accountsQuery(form.id))
  const [byHand, setByHand] = useState(false)
  const found = accounts.data ?? []
  const own = fieldsOfStep('account', fields).filter((field) => !isFolded(field))
  const isUntouched = own.length > 0 && own.every(({ id }) => raw[id] === undefined)
  const usable = found.find(({ problem }) => problem === null)

  // Nothing is asked that can be read: the first that works is taken until the user says otherwise.
  useEffect(() => {
    if (isUntouched && usable !== undefined) fill(draft.path, accountValues(own, usable))
  }, [isUntouched, usable, own, fill, draft.path])

  const chosen = byHand ? -1 : chosenAccount(found, own, raw)
  return (
    <div className={wizard.body}>
      <div className={wizard.form}>
        {accounts.isPending && (
          <div role="status" aria-label="Looking for accounts on this machine">
            <SkeletonRows rows={3} height={38} gap={8} />
          </div>
        )}
        {accounts.isError && <ErrorNotice error={accounts.error} onRetry={() => void accounts.refetch()} />}
        {accounts.isSuccess && found.length === 0 && <p className="dim">Nothing was found on this machine; fill it in below.</p>}
        {found.length > 0 && (
          <NamedRadioGroup
            name="Account"
            value={chosen < 0 ? BY_HAND : String(chosen)}
            onChange={(value) => {
              setByHand(value === BY_HAND)
              fill(draft.path, accountValues(own, value === BY_HAND ? null : (found[Number(value)] ?? null), found))
            }}
          >
            <div className={styles.accounts}>
              {found.map((account, at) => (
                <AccountRow key={`${account.label}${at}`} account={account} value={String(at)} />
              ))}
              {own.length > 0 && (
                <Radio.Card value={BY_HAND} className={styles.account ?? ''} aria-label="Another account">
                  <Radio.Indicator size="xs" />
                  <span className={styles.words}>
                    <span className={styles.label}>Another account</span>
                    <span className={styles.note}>filled in below</span>
                  </span>
                </Radio.Card>
              )}
            </div>
          </NamedRadioGroup>
        )}
        <FieldList upload={upload} step="account" fields={own} attempted={attempted} />
        <FoldedFields upload={upload} step="account" attempted={attempted} />
      </div>
    </div>
  )
}

function AccountRow({ account, value }: { readonly account: CloudAccount; readonly value: string }) {
  const { label, note, problem } = account
  return (
    <Radio.Card value={value} className={styles.account ?? ''} disabled={problem !== null} aria-label={visibleText(label)}>
      <Radio.Indicator size="xs" />
      <span className={styles.words}>
        <span className={styles.label}>{visibleText(label)}</span>
        {note !== '' && <span className={styles.note}>{visibleText(note)}</span>}
        {problem !== null && <span className={styles.problem}>{visibleText(problem)}</span>}
      </span>
    </Radio.Card>
  )
}
