"""Common given names, surnames and words of streets: none of them may be shown where a guest's could stand.

Many are words of the till too (price, bill, chase, page, gift, cash), which is why they are here.
"""

_GIVEN = """
Aaron Abby Abdul Abel Abigail Abraham Ace Ada Adam Addison Adele Adrian Agnes Ahmed Aidan Aileen Aisha Alan
Albert Alec Alejandro Alex Alexa Alexander Alexis Alfred Alice Alicia Alina Alison Allan Allison Alma Alvin
Alyssa Amanda Amaya Amber Amelia Amina Amit Amos Amy Ana Anastasia Andre Andrea Andrew Andy Angel Angela
Angelo Angie Angus Anil Anita Ann Anna Anne Annie Anthony Antonio Anya April Aria Ariel Arnold Art Arthur
Asa Ash Asha Ashley Asia Astrid Aubrey Audrey August Austin Autumn Ava Avery Axel Ayesha Bailey Barbara
Barry Basil Bea Beau Becky Bella Ben Benjamin Bennett Benny Bernard Bernice Bert Bertha Beryl Bess Beth
Bethany Betty Beverly Bianca Bill Billie Billy Blaine Blair Blake Blanche Bliss Bo Bob Bobby Bonnie Boris
Boyd Brad Bradley Brady Brandi Brandon Brandy Brenda Brendan Brent Brett Brian Bridget Brittany Brock Brody
Brook Brooke Bruce Bruno Bryan Bryce Buck Bud Burt Byron Caleb Calvin Cameron Camila Candace Candy Cara Carl
Carla Carlos Carmen Carol Caroline Carrie Carson Carter Case Casey Cash Cassandra Cassidy Catherine Cecil
Cecilia Celeste Chad Chance Chandler Chantal Charity Charlene Charles Charlie Charlotte Chase Chastity
Chelsea Cherish Cherry Cheryl Chester Chip Chloe Chris Christian Christina Christine Christopher Chuck Cindy
Claire Clara Clarence Clark Claude Claudia Clay Clem Cliff Clifford Clint Clive Clyde Cody Cole Colin
Colleen Connie Connor Constance Cora Corey Corinne Coral Courtney Craig Creed Crystal Curt Curtis Cynthia
Cyrus Daisy Dale Dallas Damian Damon Dan Dana Daniel Danielle Danny Daphne Darcy Daria Darius Darla Darren
Darryl Dave David Dawn Dean Deb Debbie Deborah Dee Deepak Delia Delilah Della Denise Dennis Derek Desmond
Destiny Devin Dexter Diamond Diana Diane Dick Diego Dinah Dixie Dolores Dominic Don Donald Donna Dora Doreen
Doris Dorothy Dot Doug Douglas Drew Duane Duke Duncan Dustin Dusty Dwayne Dwight Dylan Earl Earnest Easton
Ebony Echo Ed Eddie Eden Edgar Edith Edmund Edna Eduardo Edward Edwin Eileen Elaine Eleanor Elena Eli Elijah
Elisa Elizabeth Ella Ellen Ellie Elliot Ellis Elmer Eloise Elsa Elsie Elvis Emerald Emerson Emil Emily Emma
Emmett Enrique Eric Erica Erin Ernest Esther Ethan Ethel Eugene Eunice Eva Evan Eve Evelyn Ever Ezra Faith
Fannie Farah Fatima Faye Felicia Felicity Felix Fern Fernando Fiona Flora Florence Floyd Forrest Fortune
Frances Francis Frank Frankie Franklin Fred Freda Freddie Frederick Gabriel Gabriella Gail Garry Garth Gary
Gene Genesis Geneva Geoffrey George Georgia Gerald Geraldine Gift Gilbert Gina Ginger Giovanni Gladys Glen
Glenda Gloria Glory Gordon Grace Graham Grant Greg Gregory Greta Guadalupe Guido Gus Guy Gwen Hank Hanna
Hannah Happy Harmony Harold Harriet Harry Harvey Hassan Hattie Haven Hazel Heath Heather Hector Heidi Helen
Helga Henrietta Henry Herb Herbert Herman Hiro Hiram Holly Homer Honey Honor Hope Horace Howard Hubert Hugh
Hugo Humberto Hunter Ian Ida Ignacio Ike Imani Imran Ina India Ines Ingrid Innocent Ira Irene Iris Irma
Irving Isaac Isabel Isabella Isaiah Isla Ivan Ivory Ivy Jack Jackie Jackson Jacob Jacqueline Jade Jaime Jake
Jamal James Jamie Jan Jana Jane Janet Janice Jared Jasmine Jason Jasper Javier Jay Jean Jeanette Jeff
Jeffrey Jen Jenna Jennifer Jenny Jeremiah Jeremy Jermaine Jerome Jerry Jesse Jessica Jesus Jewel Jill Jim
Jimmy Jo Joan Joanna Jody Joe Joel Joey John Johnny Jolie Jon Jonah Jonathan Jordan Jorge Jose Joseph
Josephine Josh Joshua Journey Joy Joyce Juan Juanita Judith Judy Jules Julia Julian Julie June Justice
Justin Kai Kara Karen Karim Karl Kate Katherine Kathleen Kathy Katie Kay Kayla Keith Kelly Kelvin Ken Kendra
Kenneth Kenny Kent Kerry Kevin Khalid Kim Kimberly King Kirk Kit Kofi Krishna Krista Kristen Kumar Kurt Kyle
Lacey Lance Lane Lara Larry Lars Laura Lauren Laurie Lavender Lawrence Lea Leah Lee Legend Leila Lena Leo
Leon Leonard Leroy Leslie Lester Levi Lewis Liam Liberty Lila Lily Lincoln Linda Lindsay Link Linus Lisa Liz
Lloyd Logan Lois Lola Long Lonnie Lorenzo Loretta Lori Lorraine Lou Louis Louise Love Loyal Lucas Lucia
Lucille Lucky Lucy Luis Luke Luna Luther Lydia Lyle Lynn Mabel Mack Maddie Madison Mae Maggie Major Malcolm
Mandy Manuel Marc Marcia Marco Marcus Margaret Maria Marian Marie Marilyn Mario Marion Marisol Marjorie Mark
Marlene Marlon Marsha Martha Martin Marvin Mary Mason Matilda Matt Matthew Maude Maureen Maurice Maverick
Max Maxine May Maya Megan Melanie Melissa Melody Melvin Mercedes Mercy Meredith Merry Mia Michael Michelle
Miguel Mike Mildred Miles Millie Milo Milton Min Mindy Miranda Miriam Misty Mitch Modesty Moe Mohammed Molly
Monica Morgan Morris Moses Muriel Myra Myrtle Nadia Nancy Naomi Natalie Natasha Nathan Neal Ned Nell Nellie
Nelson Nia Nicholas Nick Nicole Nigel Nina Noah Noble Noel Nora Norma Norman Nova Ocean Octavia Olga Olive
Oliver Olivia Omar Opal Ophelia Oprah Oscar Otis Otto Owen Pablo Paige Palmer Pam Pamela Paris Pat Patience
Patricia Patrick Patsy Paul Paula Pauline Pearl Pedro Peggy Penelope Penny Percy Perry Pete Peter Petunia
Phil Philip Phoebe Phoenix Phyllis Pia Piper Pippa Polly Poppy Porter Precious Preston Price Priscilla
Promise Prudence Queen Quentin Quincy Quinn Rachel Ralph Ramon Randall Randy Raoul Raul Raven Ray Raymond
Reba Rebecca Red Reggie Regina Reginald Reid Rene Rex Rhoda Rhonda Ricardo Rich Richard Rick Ricky Rita
River Rob Robert Roberta Robin Rochelle Rocky Rod Rodney Roger Roland Roman Ron Ronald Ronnie Rory Rosa
Rosalie Rose Rosemary Ross Rowan Roxanne Roy Royal Ruben Ruby Rudolph Rudy Rufus Rupert Russ Russell Rusty
Ruth Ryan Sabrina Sade Sadie Sage Sal Sally Salome Sam Samantha Samir Samuel Sandra Sandy Santos Sara Sasha
Saul Savannah Scott Sean Sebastian Selena Serena Serenity Sergio Seth Seymour Shane Shannon Sharon Shaun
Shawn Sheila Shelby Shelley Sherman Sherry Shirley Sid Sidney Sierra Silas Silver Simon Sinbad Skip Sky
Skyler Sofia Sol Solomon Sonia Sonny Sophia Spencer Stacey Stan Stanley Star Stella Stephanie Stephen
Sterling Steve Stewart Stone Storm Story Stuart Sue Summer Sunny Susan Susie Suzanne Sven Sybil Sydney
Sylvester Sylvia Tabitha Tad Tamara Tammy Tanya Tara Tariq Tatiana Ted Teresa Terrence Terry Tess Thelma
Theodore Theresa Thomas Tiffany Tim Timothy Tina Titus Toby Todd Tom Tommy Toni Tony Tracy Travis Trent
Trevor Tricia Trinity Tristan Troy Trudy True Tucker Tyler Ty Ulrich Uma Unique Ursula Val Valentine Valerie
Van Vance Vanessa Velma Vera Verity Vern Vernon Veronica Vicky Victor Victoria Vijay Vince Vincent Viola
Violet Virgil Virginia Vivian Wade Wallace Wally Walter Wanda Warren Wayne Wendell Wendy Wesley West Whitney
Wilbur Will William Willie Willow Wilma Winifred Winnie Winston Winter Woody Wyatt Xavier Xena Yasmin
Yolanda Yuri Yusuf Yvette Yvonne Zachary Zane Zara Zelda Zion Zoe Zola
"""

_SURNAMES = """
Abbott Acosta Adams Adkins Aguilar Alvarez Anderson Archer Armstrong Arnold Atkins Ayers Baker Baldwin Ball
Banks Bar Barber Barker Barnes Barr Barrett Barton Bass Bates Bauer Beach Beam Bean Beard Beck Becker Bell
Bender Benson Berg Berry Best Bird Bishop Black Blackburn Blank Block Bloom Blue Bolt Bolton Bond Booker
Booth Bowen Bowers Bowman Box Boyer Boyle Bradford Branch Bray Brewer Bridges Briggs Bright Britt Brooks
Brown Bryant Buchanan Buckley Bullock Burch Burger Burke Burnett Burns Burton Bush Butler Buyers Bye Byrd
Cable Cain Callahan Campbell Cannon Card Carey Carpenter Carr Carroll Carver Castillo Castle Cervantes
Chambers Chan Chandra Chang Chapman Charge Chavez Checker Cheek Chen Church Clarke Clayton Clements Close
Coffee Coffey Cohen Coin Coleman Collier Collins Colon Combs Comfort Conley Conner Conrad Constable
Contreras Conway Cook Cooke Cooley Cooper Copeland Cortez Costa Cost Counts Cox Crane Crawford Cross Crow
Cruz Cummings Cunningham Curry Dailey Dalton Daniels Daugherty Davenport Davidson Davies Davis Dawson Day
Days Decker Delacruz Delaney Deleon Diaz Dickens Dickerson Dillard Dillon Dixon Dodson Dominguez Donaldson
Donovan Dorsey Dotson Downs Doyle Drake Dudley Duffy Duran Durham Dyer Early East Eaton Edwards Elliott
Emery England English Erickson Espinoza Estes Estrada Evans Everett Ewing Farmer Farrell Faulkner Ferguson
Fernandez Field Fields Figueroa Finch Finley Fischer Fish Fisher Fitzgerald Fitzpatrick Fleming Fletcher
Flowers Floor Flynn Foley Ford Foreman Forge Foster Fountain Fowler Fox Franco Frazier Freeman French Friday
Frost Frye Fuentes Fuller Fulton Gaines Gallagher Gallegos Gamble Garcia Gardner Garner Garrett Garrison
Garza Gates Gentry Gibbs Gibson Gill Gillespie Gilliam Gilmore Glass Glover Golden Goldstein Gomez Gonzalez
Good Goodman Goodwin Gould Graves Gray Green Greene Greer Griffin Grimes Gross Guerra Guerrero Guest
Gutierrez Guzman Hahn Hale Hall Hamilton Hammond Hampton Hancock Hand Hansen Hardin Hardy Harmon Harper
Harrell Harrington Harris Harrison Hart Hartman Hatfield Hawkins Hayden Hayes Haynes Head Heart Hebert
Henderson Hendricks Henson Hernandez Herrera Hess Hickman Hicks Higgins High Hill Hines Hobbs Hodge Hodges
Hoffman Hogan Holder Holiday Holland Holloway Holmes Holt Hood Hooper Hoover Hopkins Horn Horne Horton House
Houston Howe Howell Hubbard Huber Hudson Huff Huffman Hughes Hull Humphrey Hurley Hurst Hutchinson Hyde
Ibarra Ingram Irwin Ivey Jacobs Jacobson Jarvis Jefferson Jenkins Jennings Jensen Jimenez Johns Johnson
Johnston Jones Joyner Juarez Kane Kaufman Keller Kelley Kemp Kennedy Kerr Key Keys Kidd Kilgore Kim Kinney
Kirby Kirkland Klein Kline Knapp Knight Knowles Knox Koch Kramer Lamb Lambert Landry Lang Langley Lara
Larsen Larson Lawson Le Leach Leonard Levels Levine Li Light Lindsey Little Livingston Locke Long Lopez Lott
Lowe Lowery Lucas Lynch Lyons Macdonald Macias Maddox Mahoney Maldonado Malone Mann Manning Marks Market
Marquez Marsh Marshall Martinez Massey Mathews Mathis Maxwell Mayer Maynard Mayo Mcbride Mccall Mccarthy
Mcclain Mccoy Mcdaniel Mcdonald Mcgee Mcguire Mcintyre Mckay Mckee Mckenzie Mclean Mcmillan Mcneil Mcpherson
Meadows Medina Mejia Melendez Melton Mendez Mendoza Mercado Mercer Merchant Merrill Merritt Meyer Meyers
Middleton Miller Mills Miranda Mitchell Mobley Molina Monday Monroe Montgomery Montoya Moody Moon Moore Mora
Morales Moran Moreno Morin Morrison Morrow Morse Morton Moss Moyer Mueller Mullen Mullins Munoz Murphy
Murray Myers Navarro Nguyen Nichols Nicholson Nielsen Nixon No Nolan Norris Norton Noyes Nunez Obrien Ochoa
Oconnor Odom Odonnell Oliver Olsen Olson Oneal Oneill Orr Ortega Ortiz Osborn Osborne Owens Pace Pacheco
Padilla Page Paid Park Parker Parks Parrish Parsons Pate Patel Patterson Patton Payne Peck Pena Pennington
Perez Perkins Person Peters Petersen Peterson Petty Phelps Phillips Pickett Pierce Pittman Pitts Plant
Player Pollard Poole Pope Post Potter Potts Powell Power Powers Pratt Preston Prince Pruitt Puckett Pugh
Quick Ramirez Ramos Ramsey Rasmussen Raymond Reed Reese Reeves Reilly Reyes Reynolds Rhodes Rice Richards
Richardson Richmond Riddle Riggs Riley Rios Ritter Rivas Rivera Rivers Roach Roberson Roberts Robertson
Robinson Robles Rocha Rodgers Rodriguez Rogers Rojas Rollins Romero Root Rosales Rosario Rosen Roth Rowe
Rowland Roy Ruiz Rush Rutledge Salas Salazar Sales Salinas Sampson Sanchez Sanders Sanford Santana Santiago
Sargent Saunders Savage Sawyer Schmidt Schneider Schroeder Schultz Schwartz Sears Seller Sellers Serrano
Service Sexton Shaffer Shannon Sharp Sharpe Shaw Shelton Shepard Shepherd Sheppard Shields Short Silva
Simmons Simms Simpson Sims Singh Singleton Skinner Slater Sloan Small Smith Snider Snow Snyder Solis Sosa
Soto Sparks Spears Speed Stafford Stage Stanton Stark Steele Stein Stephens Stephenson Stevens Stevenson
Stokes Store Stout Street Strickland Strong Suarez Sullivan Summers Sutton Swanson Sweeney Sweet Swift Sykes
Talley Tanner Tate Taylor Teller Temple Terrell Thompson Thornton Till Tillman To Todd Torres Townsend Tran
Trevino Trujillo Tucker Turner Tyson Underwood Valdez Valencia Valentine Valenzuela Vance Vargas Vasquez
Vaughn Vazquez Vega Velasquez Velez Villarreal Vincent Vinson Wagner Walker Waller Walls Walsh Walters
Walton Ward Ware Warner Washington Waters Watkins Watson Watts Weaver Webb Weber Webster Week Weeks Weiss
Welch Wells Wheeler Whitaker White Whitehead Whitfield Wiggins Wilcox Wilder Wiley Wilkerson Wilkins
Wilkinson Williams Williamson Willis Wilson Winters Wise Witt Wolf Wolfe Wong Wood Woodard Woods Woodward
Wooten Workman Worth Wright Wynn Yang Yates York Young Younger Zamora Zimmerman
"""

_STREETS = """
Acre Alley Apartment Arcade Ash Avenue Bay Bayou Beech Bend Birch Blossom Bluff Boulevard Bridge Broad
Broadway Brook Bypass Canal Canyon Cape Causeway Cedar Center Central Chestnut Circle City Cliff College
Common Corner Corners Country County Court Courtyard Cove Creek Crescent Crest Crossing Dam Depot Dogwood
Drive Eagle East Elm Estate Expressway Farm Ferry Fifth Flat Ford Forest Fork Fort Fourth Freeway Front
Garden Gateway Glen Grove Harbor Haven Heights Hickory Highland Highway Hill Hollow Industrial Island
Junction Key Knoll Lake Lakeview Landing Lane Laurel Ledge Locust Lodge Loop Magnolia Main Major Mall Manor
Maple Meadow Mill Mission Mobile Motorway Mount Mountain Neck North Oak Orchard Overpass Park Parkway Pass
Passage Path Pike Pine Place Plain Plaza Point Poplar Port Prairie Radial Railroad Ranch Rapids Rest Ridge
Road Route Row Rue School Second Shoal Shore Shores South Spring Springs Spruce Spur Square State Station
Stream Street Sunset Sycamore Terrace Third Throughway Trace Track Trail Trafficway Tunnel Turnpike
Underpass Union Valley Viaduct View Village Ville Vista Walk Wall Walnut Washington Way Well Wells West
Willow Woodland
"""

PEOPLE = sorted({*_GIVEN.split(), *_SURNAMES.split(), *_STREETS.split()})
