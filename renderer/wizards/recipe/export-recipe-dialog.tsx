import { Button, Checkbox, Modal } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { FileOutput } from 'lucide-react'
import { useState } from 'react'
import { bootTestInputSchema } from '#shared/boot-test/boot-test-request'
import { recipeBootTest } from '#shared/recipes/recipe-boot-test'
import { imageQuery, jobsQuery } from '../../api/queries.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { count, splitPath } from '../../components/format.js'
import { DialogBody, DialogFooter } from '../../components/form-row.js'
import { visibleText } from '../../components/visible-text.js'
import { useBootTestStore } from '../../features/boot-test/boot-test-store.js'
import { verdictWords } from '../../features/boot-test/boot-test-words.js'
import { lastVerdict } from '../../features/boot-test/boot-tests.js'
import { RecipeTestPlan } from '../../features/boot-test/recipe-test-plan.js'
import { useEdits } from '../../features/edits/edit-store.js'
import { exportRecipe } from '../../features/edits/recipe-actions.js'

/** What is staged becomes a recipe: with the boot test that has judged it, or without. */
export function ExportRecipeDialog({ path, onClose }: { readonly path: string; readonly onClose: () => void }) {
  const edits = useEdits(path)
  const { data: jobs = [] } = useQuery(jobsQuery)
  const info = useQuery(imageQuery(path)).data
  const started = useBootTestStore((store) => store.started)
  const last = info === undefined ? null : lastVerdict(jobs, info, edits, started)
  const request = last && bootTestInputSchema.safeParse({ ...(last.job.input as object), edits: [] }).data
  const test = request ? recipeBootTest(request) : null
  const [chosen, setChosen] = useState<boolean | null>(null)
  // One that was not passed here would not be passed there.
  const isIn = test !== null && (chosen ?? last?.report.verdict === 'pass')
  const save = useMutation({ mutationFn: () => exportRecipe(path, { bootTest: isIn }), onSuccess: (isSaved) => isSaved && onClose() })

  return (
    <Modal
      opened
      onClose={onClose}
      title={`Export as recipe: ${visibleText(splitPath(path).name)}`}
      size={620}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <DialogBody>
        <p>{count(edits.length, 'edit')}, to be replayed on other images and newer versions of this one, here or by the command line.</p>
        {test !== null && last !== null && (
          <section aria-label="Boot test">
            <Checkbox
              mb={12}
              label={`With the last boot test of them: ${verdictWords(last.report)}`}
              description="The result has to pass it too, wherever the recipe is applied."
              checked={isIn}
              onChange={(event) => setChosen(event.currentTarget.checked)}
            />
            {isIn && <RecipeTestPlan bootTest={test.bootTest} />}
            {isIn && !test.isWhole && (
              <p className="caption">What it told the guest on its first boot, and its disc, are left out: recipes hold no secrets.</p>
            )}
          </section>
        )}
        {save.isError && <ErrorNotice error={save.error} />}
      </DialogBody>
      <DialogFooter>
        <Button onClick={onClose}>Cancel</Button>
        <Button variant="filled" leftSection={<FileOutput size={16} aria-hidden />} loading={save.isPending} onClick={() => save.mutate()}>
          Export as recipe…
        </Button>
      </DialogFooter>
    </Modal>
  )
}
