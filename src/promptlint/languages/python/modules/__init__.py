"""What is defined: the files of a project as modules, classes and functions, found and parsed when somebody asks."""
