import { Button, Checkbox, Modal } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { FolderOpen } from 'lucide-react'
import { useState } from 'react'
import { call } from '../../api/client.js'
import { recipeQuery } from '../../api/queries.js'
import { useAppActions } from '../../components/app-actions.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { splitPath } from '../../components/format.js'
import { DialogBody, DialogFooter } from '../../components/form-row.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import { visibleText } from '../../components/visible-text.js'
import { RecipeTestPlan } from '../../features/boot-test/recipe-test-plan.js'
import { runRecipeTest } from '../../features/boot-test/run-recipe-test.js'
import { stageLoadedRecipe } from '../../features/edits/recipe-actions.js'
import { ImageChoice } from './image-choice.js'
import { RecipeSummary } from './recipe-summary.js'
import { Refusal } from './refusal.js'

export interface RecipeDialogProps {
  /** Path of the recipe. */
  readonly file: string
  /** What did not fit, and the image that it did not fit; null where no image was shown that it could be for. */
  readonly refused: { readonly path: string; readonly error: unknown } | null
  /** Open images. */
  readonly images: readonly string[]
  readonly onClose: () => void
}

/** A recipe without an image to stage it on: which one is it for? And what is different where it does not fit. */
export function RecipeDialog({ file, refused: first, images, onClose }: RecipeDialogProps) {
  const recipe = useQuery(recipeQuery(file))
  const [refused, setRefused] = useState(first)
  const [boots, setBoots] = useState(true)
  const { openImages, showTab, reportFailure } = useAppActions()
  const stage = useMutation({
    mutationFn: async (path: string) => {
      if (recipe.data === undefined) return
      if (!images.includes(path)) openImages([path])
      await stageLoadedRecipe(path, recipe.data)
    },
    onSuccess: (_, path) => {
      showTab(path, 'edits')
      onClose()
      // It is shown beside the edits from here on
      if (boots) runRecipeTest(path).catch(reportFailure)
    },
    onError: (error, path) => setRefused({ path, error }),
  })
  const openAnother = async () => {
    const path = (await call('images.choose')).at(-1)
    if (path !== undefined) stage.mutate(path)
  }
  const bootTest = recipe.data?.recipe.bootTest
  const others = images.filter((path) => path !== refused?.path)

  return (
    <Modal
      opened
      onClose={onClose}
      title={`Stage a recipe: ${visibleText(splitPath(file).name)}`}
      size={620}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <DialogBody>
        {recipe.isPending && <SkeletonRows rows={3} />}
        {recipe.isError && <ErrorNotice error={recipe.error} onRetry={() => void recipe.refetch()} />}
        {recipe.data !== undefined && (
          <>
            {refused !== null && (
              <Refusal name={splitPath(refused.path).name} error={refused.error} onRetry={() => stage.mutate(refused.path)} />
            )}
            <RecipeSummary recipe={recipe.data.recipe} />
            {bootTest !== undefined && (
              <section aria-label="Boot test">
                <Checkbox
                  mb={12}
                  label="Run its boot test once it is staged"
                  description="Boots the image with the staged edits in a throw-away machine. Nothing is written to the image for it."
                  checked={boots}
                  onChange={(event) => setBoots(event.currentTarget.checked)}
                />
                <RecipeTestPlan bootTest={bootTest} />
              </section>
            )}
            <ImageChoice open={others} another={refused !== null} busy={stage.isPending} onChoose={(path) => stage.mutate(path)} />
          </>
        )}
      </DialogBody>
      <DialogFooter>
        <Button onClick={onClose}>Do not stage it</Button>
        <Button
          variant={others.length === 0 ? 'filled' : 'default'}
          leftSection={<FolderOpen size={16} aria-hidden />}
          disabled={recipe.data === undefined}
          loading={stage.isPending}
          onClick={() => openAnother().catch(reportFailure)}
        >
          Open image…
        </Button>
      </DialogFooter>
    </Modal>
  )
}
