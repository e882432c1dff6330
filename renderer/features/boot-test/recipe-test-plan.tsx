import type { RecipeBootTest } from '#shared/recipes/recipe-boot-test'
import { Fact, Facts } from '../../components/fact.js'
import { visibleText } from '../../components/visible-text.js'
import styles from './recipe-test.module.css'
import { entryWords, failWords, machineFacts, passLines } from './recipe-test-words.js'

/** What the boot test of a recipe boots, and how it judges it. */
export function RecipeTestPlan({ bootTest }: { readonly bootTest: RecipeBootTest }) {
  return (
    <Facts>
      <Fact name="Boots">{visibleText(entryWords(bootTest))}</Fact>
      <Fact name="Machine">{machineFacts(bootTest).join(' · ')}</Fact>
      {bootTest.append.length > 0 && (
        <Fact name="For the test alone">
          <code>{visibleText(bootTest.append.join(' '))}</code>
        </Fact>
      )}
      <Fact name="Passes with">
        <ul className={styles.passes}>
          {passLines(bootTest).map(({ words, isPattern }) => (
            <li key={words}>{isPattern ? <code>{visibleText(words)}</code> : words}</li>
          ))}
        </ul>
      </Fact>
      <Fact name="Fails with">{visibleText(failWords(bootTest))}</Fact>
    </Facts>
  )
}
