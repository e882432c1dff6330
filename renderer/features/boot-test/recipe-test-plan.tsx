import type { RecipeBootTest } from '#shared/recipes/recipe-boot-test'
import { visibleText } from '../../components/visible-text.js'
import styles from './recipe-test.module.css'
import { entryWords, failWords, machineFacts, passLines } from './recipe-test-words.js'

/** What the boot test of a recipe boots, and how it judges it. */
export function RecipeTestPlan({ bootTest }: { readonly bootTest: RecipeBootTest }) {
  return (
    <dl className={styles.plan}>
      <dt>Boots</dt>
      <dd>{visibleText(entryWords(bootTest))}</dd>
      <dt>Machine</dt>
      <dd>{machineFacts(bootTest).join(' · ')}</dd>
      {bootTest.append.length > 0 && (
        <>
          <dt>For the test alone</dt>
          <dd>
            <code>{visibleText(bootTest.append.join(' '))}</code>
          </dd>
        </>
      )}
      <dt>Passes with</dt>
      <dd>
        <ul>
          {passLines(bootTest).map(({ words, isPattern }) => (
            <li key={words}>{isPattern ? <code>{visibleText(words)}</code> : words}</li>
          ))}
        </ul>
      </dd>
      <dt>Fails with</dt>
      <dd>{visibleText(failWords(bootTest))}</dd>
    </dl>
  )
}
