import { Radio } from '@mantine/core'
import { providerForm } from '#shared/clouds/forms'
import { PROVIDER_IDS, type ProviderId } from '#shared/clouds/provider-ids'
import { NamedRadioGroup } from '../../components/named-radio-group.js'
import { whyNot } from '../../features/clouds/upload-words.js'
import { useShipStore } from '../../features/clouds/ship-store.js'
import styles from './target-step.module.css'
import type { Upload } from './use-upload.js'
import wizard from './upload-wizard.module.css'

/** All targets; those that do not take this file say why. */
export function TargetStep({ upload: { draft, facts } }: { readonly upload: Upload }) {
  const { choose } = useShipStore.getState()
  return (
    <div className={wizard.body}>
      <NamedRadioGroup name="Target" value={draft.provider ?? ''} onChange={(value) => choose(draft.path, value as ProviderId)}>
        <div className={styles.cards}>
          {PROVIDER_IDS.map((id) => {
            const form = providerForm(id)
            const reason = facts === null ? null : whyNot(form, facts)
            return (
              <Radio.Card
                key={id}
                value={id}
                className={styles.card ?? ''}
                disabled={facts === null || reason !== null}
                aria-label={form.title}
                aria-describedby={`ship-target-${id}`}
              >
                <Radio.Indicator size="xs" className={styles.mark ?? ''} />
                <span className={styles.words}>
                  <strong>{form.title}</strong>
                  <span id={`ship-target-${id}`}>
                    <span className={styles.summary}>{form.summary}</span>
                    {reason !== null && <span className={styles.reason}>{reason}</span>}
                  </span>
                </span>
              </Radio.Card>
            )
          })}
        </div>
      </NamedRadioGroup>
    </div>
  )
}
