/** The sentences of the page where one signs in, in English: they come with it. */
export const signInEn = {
  signIn: {
    lead: 'Describe a piece of quantitative work. An agent plans it, runs real code, draws the figures and writes the paper while you watch.',
    email: 'Email',
    signIn: 'Sign in',
    register: 'Create account',
    toRegister: 'No account yet? Create one',
    toSignIn: 'Have an account? Sign in',
    points: {
      traced: 'Every number and figure comes from a script that was run, is kept, and can be run again.',
      kept: 'Reload, close it, pull the plug: the work goes on where it was.',
      own: 'Any model, hosted or on your own machine; the paper is a file of yours.',
    },
    picture:
      'The first page of a paper that PaperAgent wrote: a title, a summary with a number and its error, a formula and a figure',
    sample: {
      title: 'Estimating π by random points in a square',
      summary: 'Summary',
      text: 'One million points, uniform in the unit square, give',
      textEnd: ', within one standard error of the known value.',
      figure: 'Figure 1.',
      caption: 'The estimate over the number of points; shaded: one standard error.',
      trace: 'from code/estimate.py, line 18, run 3',
    },
    provider: {
      continue: 'Continue with {name}',
      taken:
        'There is already an account with your address here. Sign in to it with its password, then connect it on the account page.',
    },
    tryIt: 'Try it',
    tryHint: 'No account needed',
    invitation: 'Invitation',
    invitationHint: 'Accounts on this server are by invitation',
    show: 'Show password',
    hide: 'Hide password',
    guestKeeps: 'Everything that you made as a guest belongs to the new account.',
    guestLoses: 'What you made as a guest does not come along into another account.',
  },
};
