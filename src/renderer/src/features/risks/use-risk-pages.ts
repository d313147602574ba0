import { useEffect, useState } from 'react'
import type { RiskFinding, RiskRow } from '#shared/risks.ts'
import { useApp, useRisks } from '../../stores/context.ts'

/** Rows asked for at once. */
const PAGE = 100

/**
 * The rows of a finding, page by page as they come on the screen. When the report has changed they are asked for again;
 * those that were there stay until the answer comes.
 * @param first index on the screen @param last the same
 */
export function useRiskPages(
  { id }: RiskFinding,
  first: number,
  last: number,
): (index: number) => RiskRow | undefined {
  const { risks } = useApp()
  const revision = useRisks((state) => state.report?.revision ?? 0)
  const [pages, setPages] = useState<
    ReadonlyMap<number, { readonly of: number; readonly rows: readonly RiskRow[] }>
  >(new Map())
  const [from, to] = [Math.floor(first / PAGE), Math.floor(last / PAGE)]
  useEffect(() => {
    let stale = false
    for (let page = from; page <= to; page += 1) {
      if (pages.get(page)?.of === revision) continue
      risks.rows(id, page * PAGE, PAGE).then(
        ({ rows }) => {
          if (!stale) setPages((known) => new Map(known).set(page, { of: revision, rows }))
        },
        // The panel says what is wrong; rows that do not come stay as they are.
        () => {},
      )
    }
    return () => {
      stale = true
    }
  }, [risks, id, from, to, pages, revision])
  return (index) => pages.get(Math.floor(index / PAGE))?.rows[index % PAGE]
}
