/**
 * What one check may cost, in steps of at most about 100 ns: evaluated subschemas weigh what they contain, a pattern weighs its program
 * times the text. Counted instead of timed, so that the same payload gets the same answer on any machine.
 */
const STEPS_PER_CHECK = 1_000_000;

class BudgetSpent extends Error {
  override readonly name = 'BudgetSpent';
  left = 0;
}

/** Thrown from within a compiled check, caught by `check` alone. Checks are synchronous, so one budget serves them all. */
export const budget = new BudgetSpent('the check takes too many steps');

export const openBudget = (): void => {
  budget.left = STEPS_PER_CHECK;
};

export const spend = (steps: number): void => {
  if ((budget.left -= steps) < 0) throw budget;
};
