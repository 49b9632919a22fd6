"""The indexes of repositories: brought up to date, asked, and the commands about them."""
