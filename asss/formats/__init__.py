"""
Formats: a notebook that has been run, as pages, papers and files, and their control.

::

                review              kildespor at every number
  conversion   readback   exports   HTML and PDF │ is it all there? │ other programs
       tagging                      what a screen reader needs of the PDF
"""
