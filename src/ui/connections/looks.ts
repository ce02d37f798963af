import { window, type TreeView } from 'vscode';
import type { Row } from '../tree/treeItems.ts';
import type { Runtime } from '../runtime.ts';

/** Connections that wait try now where somebody looks: the tree is shown, one is unfolded, the window gets the focus. */
export function hurryWhereSomebodyLooks({ scope, connections }: Runtime, view: TreeView<Row>): void {
  const hurryAll = (): void => {
    for (const connection of connections.connections) connection.hurry();
  };
  let { focused } = window.state;
  scope.add(
    window.onDidChangeWindowState((state) => {
      if (state.focused && !focused) hurryAll();
      ({ focused } = state);
    }),
  );
  scope.add(
    view.onDidChangeVisibility(({ visible }) => {
      if (visible) hurryAll();
    }),
  );
  scope.add(
    view.onDidExpandElement(({ element }) => {
      if (element.row === 'connection') connections.get(element.id)?.hurry();
    }),
  );
}
