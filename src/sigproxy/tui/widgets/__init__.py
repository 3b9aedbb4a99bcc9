"""The panes and their parts. Each shows the session it was given and posts messages; none reaches the back end."""
