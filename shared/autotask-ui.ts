/** Links into Autotask, which opens a record by a command in the address (`docs/vendors/autotask.md` 1). */

const opened = (autotaskUrl: string, what: string): string =>
  `${autotaskUrl}/Autotask/AutotaskExtend/ExecuteCommand.aspx?Code=${what}`;

export const companyInAutotask = (autotaskUrl: string, companyId: number): string =>
  opened(autotaskUrl, `OpenAccount&AccountID=${companyId}`);

export const contractInAutotask = (autotaskUrl: string, contractId: number): string =>
  opened(autotaskUrl, `OpenContract&ContractID=${contractId}`);
