import { ActionIcon, Menu } from '@mantine/core'
import { Ellipsis, FileCode, FileInput, FileOutput } from 'lucide-react'
import { useState } from 'react'
import { call } from '../../api/client.js'
import { useAppActions } from '../../components/app-actions.js'
import { useEditStore } from './edit-store.js'
import { ScriptDialog } from './script-dialog.js'

/** What can be made of the staged edits beside an image: a recipe, a script; and a recipe can be staged. */
export function RecipeMenu({ path, canExport }: { readonly path: string; readonly canExport: boolean }) {
  const { chooseRecipe, exportRecipe, reportFailure } = useAppActions()
  const [script, setScript] = useState<string | null>(null)
  const edits = () => [...(useEditStore.getState().byPath[path]?.present ?? [])]

  const showScript = async () => setScript((await call('edits.script', { path, edits: edits() })).text)

  return (
    <>
      <Menu position="bottom-end" width={220}>
        <Menu.Target>
          <ActionIcon aria-label="Recipes and scripts">
            <Ellipsis size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<FileOutput size={15} aria-hidden />} disabled={!canExport} onClick={() => exportRecipe(path)}>
            Export as recipe…
          </Menu.Item>
          <Menu.Item
            leftSection={<FileCode size={15} aria-hidden />}
            disabled={!canExport}
            onClick={() => showScript().catch(reportFailure)}
          >
            Show as shell script…
          </Menu.Item>
          <Menu.Item leftSection={<FileInput size={15} aria-hidden />} onClick={() => chooseRecipe(path)}>
            Stage a recipe…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {script !== null && <ScriptDialog path={path} script={script} onClose={() => setScript(null)} />}
    </>
  )
}
