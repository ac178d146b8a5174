/** Words of Microsoft's catalogue and of billing, in lower case: all that stays of a product's name. None of them names a customer. */
export const VOCABULARY = new Set(
  `microsoft 365 office azure windows plan plans business premium basic standard enterprise apps app e1 e3 e5 f1 f3 p1 p2 exchange online sharepoint onedrive teams
  phone visio project power bi pro automate copilot defender intune entra id suite security compliance purview dynamics sales server sql remote desktop user users
  device per core year years month months one time annual monthly upfront subscription subscriptions license licence software perpetual reserved reservation
  instance savings compute storage bandwidth virtual machine machines vm backup data transfer database app service services support classic marketplace nce csp
  direct legacy pack add on addon cycle charge fee proration credit discount the of for and with without to in corporation ltsc cal standalone`
    .split(/\s+/)
    .filter((word) => word !== ''),
);
