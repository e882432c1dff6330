import type { RetargetPlanReport } from '#shared/platforms/retarget-plan'
import { Fact, Facts } from '../../components/fact.js'
import { Note } from '../../components/note.js'
import { visibleText } from '../../components/visible-text.js'
import { firmwareWords, formatWords, sizeWords, uploadWords } from './plan-words.js'
import styles from './target-panel.module.css'

const TONES = { error: 'red', warning: 'amber', note: 'neutral' } as const

/** What the platform takes, and what stands in the way by the image's outside. */
export function PlanFacts({ plan }: { readonly plan: RetargetPlanReport }) {
  const { platform, imageAdvice, notes } = plan
  const size = sizeWords(platform)
  // That it has to be converted is what the format above says.
  const advice = imageAdvice.filter(({ code }) => code !== 'format-not-taken')
  const more = [
    { name: 'Configuration', text: platform.config },
    { name: 'Image', text: platform.image?.note ?? '' },
    { name: 'Firmware', text: platform.firmware.note },
    { name: 'Secure boot', text: platform.secureBoot ?? '' },
    { name: 'Size', text: platform.sizeNote ?? '' },
    { name: 'Console', text: platform.consoleNote ?? '' },
    { name: 'Agents', text: platform.agents.join(', ') },
  ].filter(({ text }) => text !== '')
  return (
    <>
      <Facts>
        <Fact name="Format">{formatWords(platform.image)}</Fact>
        <Fact name="Firmware">{firmwareWords(platform.firmware)}</Fact>
        {size !== null && <Fact name="Size">{size}</Fact>}
        <Fact name="Upload">{uploadWords(platform.upload)}</Fact>
      </Facts>
      <details className={styles.more}>
        <summary>More about it</summary>
        <dl>
          {more.map(({ name, text }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{text}</dd>
            </div>
          ))}
          {platform.importSteps.length > 0 && (
            <div>
              <dt>Steps of the import</dt>
              {platform.importSteps.map((step) => (
                <dd key={step} className={`mono ${styles.step}`}>
                  {step}
                </dd>
              ))}
            </div>
          )}
          <div>
            <dt>Sources</dt>
            {platform.sources.map((source) => (
              <dd key={source} className="caption">
                {source}
              </dd>
            ))}
          </div>
        </dl>
      </details>
      {advice.map(({ code, severity, text }) => (
        <Note key={code} tone={TONES[severity]}>
          <p>{visibleText(text)}.</p>
        </Note>
      ))}
      {notes.map((note) => (
        <Note key={note} tone="neutral">
          <p>{visibleText(note)}</p>
        </Note>
      ))}
    </>
  )
}
